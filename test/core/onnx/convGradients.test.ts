/**
 * @file A convolution is linear in its input and in its weight, so each gradient is an adjoint:
 * ⟨conv(x, w), g⟩ = ⟨x, inputGrad(g, w)⟩ = ⟨w, weightGrad(x, g)⟩ for any x, w, g, over many geometries.
 */
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { elementCount, type Graph } from '../../../src/core/graph/ir';
import type { ConvolutionAttributes } from '../../../src/core/ops/attributes';
import { registry } from '../../../src/core/ops/registry';
import { pullBack } from '../../../src/core/passes/autograd';
import type { TensorData } from '../../../src/engine/backend';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../engine/wasm/ortWasm';

const backend = await createWasmBackend({ wasmBinary });
const noState = backend.createState([]);

interface Geometry extends ConvolutionAttributes {
  readonly input: readonly [number, number, number, number];
  readonly outputs: number;
  readonly kernel: readonly [number, number];
}

function geometry(overrides: Partial<Geometry>): Geometry {
  return {
    input: [2, 4, 9, 8],
    outputs: 6,
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    dilation: [1, 1],
    groups: 1,
    ...overrides,
  };
}

const cases: [string, Geometry][] = [
  ['plain 3×3', geometry({})],
  ['many channels', geometry({ input: [2, 10, 9, 8], outputs: 12 })],
  ['1×1', geometry({ kernel: [1, 1], padding: [0, 0] })],
  ['1×1 with stride', geometry({ kernel: [1, 1], padding: [0, 0], stride: [2, 2] })],
  ['a stride that does not divide', geometry({ stride: [2, 3], padding: [0, 0] })],
  ['stride and padding', geometry({ kernel: [7, 7], stride: [2, 2], padding: [3, 3] })],
  ['dilation', geometry({ dilation: [2, 1], padding: [2, 0] })],
  ['stride and dilation', geometry({ stride: [2, 1], dilation: [1, 2], padding: [1, 2] })],
  ['a kernel that is not square', geometry({ kernel: [1, 5], padding: [0, 2] })],
  ['taps beyond a narrow image', geometry({ input: [2, 4, 9, 3], kernel: [1, 5], padding: [0, 1] })],
  ['an even kernel', geometry({ kernel: [2, 2], stride: [2, 2], padding: [0, 0] })],
  ['more padding than kernel', geometry({ kernel: [2, 2], padding: [3, 2] })],
  ['groups', geometry({ groups: 2 })],
  ['groups of many channels with stride', geometry({ input: [2, 20, 9, 8], groups: 2, stride: [2, 2] })],
  ['depthwise', geometry({ outputs: 4, groups: 4 })],
  ['depthwise with stride', geometry({ outputs: 4, groups: 4, stride: [2, 2] })],
  ['depthwise with a multiplier', geometry({ outputs: 8, groups: 4, dilation: [2, 2], padding: [2, 2] })],
  ['one pixel left', geometry({ input: [3, 4, 3, 3], padding: [0, 0] })],
];

function convolutionGraph({ input, outputs, kernel, ...attributes }: Geometry): Graph {
  const builder = new GraphBuilder(registry);
  const type = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
  const x = builder.input('data', 'x', type(input));
  const w = builder.input('data', 'w', type([outputs, input[1] / attributes.groups, ...kernel]));
  const y = builder.add('conv2d', [x, w, null], attributes);
  const g = builder.input('data', 'g', type(builder.shape(y)));
  const [gradInput, gradWeight] = pullBack(builder, [{ value: y, gradient: g }], [x, w]);
  builder.output('y', y);
  builder.output('gradInput', gradInput!);
  builder.output('gradWeight', gradWeight!);
  return builder.build();
}

/** Values in [−1, 1) that differ from name to name. */
function noise(count: number, seed: number): TensorData {
  return Float32Array.from({ length: count }, (_, index) => (Math.sin(index * 12.9898 + seed) * 43758.5) % 1);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

test.each(cases)('%s', async (_, shape) => {
  const graph = convolutionGraph(shape);
  const data = new Map(
    graph.inputs.map(({ name, value }, index) => [
      name,
      noise(elementCount(graph.values[value]!.shape), index),
    ]),
  );
  const executable = await backend.compile(graph, noState);
  const outputs = await executable.run({ data, scalars: {} });
  executable.dispose();
  const product = dot(outputs.get('y')!, data.get('g')!);
  expect(Math.abs(product)).toBeGreaterThan(0.01);
  expect(dot(data.get('x')!, outputs.get('gradInput')!)).toBeCloseTo(product, 3);
  expect(dot(data.get('w')!, outputs.get('gradWeight')!)).toBeCloseTo(product, 3);
});
