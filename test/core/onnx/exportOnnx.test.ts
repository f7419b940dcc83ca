import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph } from '../../../src/core/graph/ir';
import { exportOnnx } from '../../../src/core/onnx/exportOnnx';
import { hasFreeBatch } from '../../../src/core/onnx/freeBatch';
import { registry } from '../../../src/core/ops/registry';
import { OnnxSession } from '../../../src/engine/wasm/onnxSession';
import { wasmBinary } from '../../engine/wasm/ortWasm';
import { buildCurveModel } from '../../golden/curveModels';
import { curveBatch, readInitialState } from '../../golden/curves';

const open = (bytes: Uint8Array<ArrayBuffer>) => OnnxSession.create(bytes, { wasmBinary });

function weightsOf(model: 'seed_unet' | 'tiny_vgg') {
  return new Map([...readInitialState(model)].map(([name, { values }]) => [name, values]));
}

/** x·weight with x of `shape`, then whatever `body` does. */
function graphOf(shape: readonly number[], body: (builder: GraphBuilder, x: number) => number): Graph {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', { shape, dtype: 'float32' });
  builder.output('y', body(builder, x));
  return builder.build();
}

test.each(['seed_unet', 'tiny_vgg'] as const)(
  '%s exported for one sample runs on three at once',
  async (model) => {
    const { graph } = buildCurveModel(model, 'eval', 1);
    const session = await open(exportOnnx(graph, { weights: weightsOf(model) }));
    const [, channels, height, width] = graph.values[graph.inputs[0]!.value]!.shape as number[];
    const size = channels! * height! * width!;
    const { input0 } = curveBatch(model, 0, 3);
    const [together] = await session.run(input0, [3, channels!, height!, width!]);
    const length = together!.data.length / 3;
    for (let sample = 0; sample < 3; sample++) {
      const image = input0.slice(sample * size, (sample + 1) * size);
      const [alone] = await session.run(image, [1, channels!, height!, width!]);
      const slice = together!.data.slice(sample * length, (sample + 1) * length);
      expect(Math.max(...alone!.data.map((value, index) => Math.abs(value - slice[index]!)))).toBeLessThan(
        1e-5,
      );
    }
  },
);

test('inputs and outputs can be renamed; what is left without weights is an input', async () => {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'input0', { shape: [2, 3], dtype: 'float32' });
  const weight = builder.input('state', 'head.weight', { shape: [3], dtype: 'float32' });
  builder.output('output0', builder.add('mul', [x, weight], {}));
  const names = { input0: 'image', output0: 'logits' };
  const bare = await open(exportOnnx(builder.build(), { names }));
  expect(bare.inputNames).toEqual(['image', 'head.weight']);
  const filled = await open(
    exportOnnx(builder.build(), { names, weights: new Map([['head.weight', [1, 2, 3]]]) }),
  );
  expect(filled.inputNames).toEqual(['image']);
  const outputs = await filled.run(Float32Array.of(1, 1, 1, 2, 2, 2), [2, 3]);
  expect(outputs).toEqual([{ name: 'logits', shape: [2, 3], data: Float32Array.of(1, 2, 3, 2, 4, 6) }]);
});

test('an output may be an input, or two outputs one value', async () => {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', { shape: [2], dtype: 'float32' });
  const y = builder.add('neg', [x], {});
  builder.output('same', x);
  builder.output('a', y);
  builder.output('b', y);
  const session = await open(exportOnnx(builder.build()));
  const outputs = await session.run(Float32Array.of(1, -2), [2]);
  expect(outputs.map(({ name, data }) => [name, [...data]])).toEqual([
    ['same', [1, -2]],
    ['a', [-1, 2]],
    ['b', [-1, 2]],
  ]);
});

test('weights that are missing or do not fit are refused by name', () => {
  const { graph } = buildCurveModel('tiny_vgg', 'eval', 1);
  expect(() => exportOnnx(graph, { weights: new Map() })).toThrow("no weights for 'block_1.0.weight'");
  const wrong = weightsOf('tiny_vgg').set('block_1.0.weight', new Float32Array(3));
  expect(() => exportOnnx(graph, { weights: wrong })).toThrow(
    "weights for 'block_1.0.weight' have 3 elements",
  );
});

test('a file that is no ONNX is refused', async () => {
  await expect(open(Uint8Array.of(1, 2, 3))).rejects.toThrow();
});

describe('the batch axis is free', () => {
  const cases: [string, boolean, Graph][] = [
    ['through convolution-like ops', true, buildCurveModel('seed_unet', 'eval', 2).graph],
    ['not through batch statistics', false, buildCurveModel('seed_unet', 'train', 2).graph],
    ['through flatten', true, graphOf([2, 3, 4], (b, x) => b.add('reshape', [x], { shape: [2, 12] }))],
    [
      'not through a reshape over it',
      false,
      graphOf([2, 4], (b, x) => b.add('reshape', [x], { shape: [4, 2] })),
    ],
    [
      'through a sum over channels',
      true,
      graphOf([2, 4], (b, x) => b.add('sum', [x], { dim: [1], keepdim: false })),
    ],
    [
      'not through a sum over it',
      false,
      graphOf([2, 4], (b, x) => b.add('sum', [x], { dim: [0], keepdim: true })),
    ],
    ['not where it is moved', false, graphOf([2, 4], (b, x) => b.add('permute', [x], { dims: [1, 0] }))],
    [
      'not beside a constant of its size',
      false,
      graphOf([2, 1], (b, x) => b.add('add', [x, ones(b, [2, 1])], {})),
    ],
    [
      'beside a constant that broadcasts',
      true,
      graphOf([2, 3], (b, x) => b.add('add', [x, ones(b, [3])], {})),
    ],
    ['not where the output is a constant', false, graphOf([2, 3], (b) => ones(b, [2]))],
  ];
  test.each(cases)('%s', (_, expected, graph) => {
    expect(hasFreeBatch(graph)).toBe(expected);
  });

  function ones(builder: GraphBuilder, shape: readonly number[]): number {
    return builder.add('full', [], { shape, dtype: 'float32', value: 1 });
  }
});
