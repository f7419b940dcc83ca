import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { TensorType, ValueId } from '../../../../src/core/graph/ir';
import { registry } from '../../../../src/core/ops/registry';
import type { DeviceNode } from '../../../../src/engine/webgpu/fusion/fusedOps';
import { fuseElementwise } from '../../../../src/engine/webgpu/fusion/fuseElementwise';
import { mergeSums } from '../../../../src/engine/webgpu/fusion/mergeSums';
import { verifyDeviceGraph } from '../../../../src/engine/webgpu/fusion/verifyDeviceGraph';
import { compute, expectClose, numbers, useBackend } from '../compute';

const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });

/** The nodes after both passes, a fused one as its steps. */
function check(build: (builder: GraphBuilder, x: ValueId, y: ValueId) => void): string[] {
  const builder = new GraphBuilder(registry);
  build(
    builder,
    builder.input('data', 'x', float(2, 3, 8, 8)),
    builder.input('data', 'y', float(2, 3, 8, 8)),
  );
  const graph = mergeSums(fuseElementwise(builder.build()));
  verifyDeviceGraph(graph, 'fuseElementwise');
  return graph.nodes.map(describeNode);
}

function describeNode(node: DeviceNode): string {
  if (node.op !== 'fused_elementwise' && node.op !== 'fused_sum') return node.op;
  const steps = node.attributes.steps.map(({ op }) => op).join(' ');
  if (node.op === 'fused_elementwise') return steps;
  const { results, maps } = node.attributes;
  return `${results.length} sums${maps.length > 0 ? `, ${maps.length} tensors` : ''}: ${steps}`;
}

const all = { dim: [0, 1, 2, 3], keepdim: false };

describe('elementwise ops', () => {
  it('are one kernel where one alone reads the other', () => {
    expect(
      check((builder, x, y) => {
        const product = builder.add('mul', [builder.add('exp', [x], {}), y], {});
        builder.output('z', builder.add('relu', [product], {}));
      }),
    ).toEqual(['exp mul relu']);
  });

  it('stay apart where what is between them is a result, is read twice, or has another shape', () => {
    const kinds: ((builder: GraphBuilder, x: ValueId, y: ValueId) => void)[] = [
      (builder, x) => {
        const between = builder.add('exp', [x], {});
        builder.output('between', between);
        builder.output('z', builder.add('neg', [between], {}));
      },
      (builder, x, y) => {
        const between = builder.add('mul', [x, y], {});
        builder.output('a', builder.add('neg', [between], {}));
        builder.output('b', builder.add('sin', [between], {}));
      },
      (builder, x) => {
        const row = builder.input('data', 'row', float(8));
        builder.output('z', builder.add('add', [x, builder.add('neg', [row], {})], {}));
      },
    ];
    expect(kinds.map((kind) => check(kind).length)).toEqual([2, 3, 2]);
  });

  it('that are cheap are computed again by each of their readers', () => {
    expect(
      check((builder, x, y) => {
        const positive = builder.add('relu', [x], {});
        builder.output('a', builder.add('mul', [positive, y], {}));
        builder.output('b', builder.add('add', [positive, y], {}));
      }),
    ).toEqual(['relu mul', 'relu add']);
  });
});

describe('sums', () => {
  it('compute what they sum, and are one kernel over the same elements', () => {
    expect(
      check((builder, x, y) => {
        const product = builder.add('mul', [x, y], {});
        builder.output('a', builder.add('sum', [product], all));
        builder.output('b', builder.add('mean', [y], all));
      }),
    ).toEqual(['2 sums: mul']);
  });

  it('over more elements go the way of shorter ones first, and what else reads the same is computed there', () => {
    const ops = check((builder) => {
      const [a, b] = ['a', 'b'].map((name) => builder.input('data', name, float(4, 1, 32, 32)));
      const product = builder.add('mul', [a!, b!], {});
      builder.output('loss', builder.add('mean', [product], all));
      builder.output('overlap', builder.add('sum', [b!], { dim: [1, 2, 3], keepdim: false }));
      builder.output('gradient', builder.add('mul_scalar', [builder.add('sub', [a!, b!], {})], { value: 2 }));
    });
    expect(ops).toEqual(['2 sums, 1 tensors: mul sub mul_scalar', '1 sums: ']);
  });

  it('stay apart where one needs the other', () => {
    expect(
      check((builder, x, y) => {
        const mean = builder.add('mean', [builder.add('mul', [x, y], {})], all);
        const off = builder.add('sub', [x, mean], {});
        builder.output('variance', builder.add('sum', [builder.add('square', [off], {})], all));
      }),
    ).toEqual(['1 sums: mul', '1 sums: sub square']);
  });
});

describe('on the device', () => {
  useBackend();

  for (const shape of [
    [2, 3, 5, 7],
    [2, 3, 64, 96],
  ] as const) {
    it(`${shape.join('×')}: programs and their sums equal float64`, async () => {
      const [x, y, row] = [numbers(shape), numbers(shape, 1), numbers([shape[3]], 2)];
      const found = await compute({ x, y, row }, (builder, ids) => {
        const scaled = builder.add('leaky_relu', [builder.add('mul', [ids.x!, ids.row!], {})], {
          negative_slope: 0.1,
        });
        const positive = builder.add('gt_scalar', [ids.x!], { value: 0.25 });
        const product = builder.add('mul', [ids.x!, ids.y!], {});
        return {
          program: builder.add('add_scalar', [builder.add('sub', [scaled, ids.y!], {})], { value: 3 }),
          count: builder.add('sum', [positive], { dim: [1, 2, 3], keepdim: false }),
          product: builder.add('sum', [product], { dim: [1, 2, 3], keepdim: false }),
          mean: builder.add('mean', [ids.y!], { dim: [1, 2, 3], keepdim: false }),
          whole: builder.add('mean', [product], { dim: [0, 1, 2, 3], keepdim: false }),
          both: builder.add('neg', [builder.add('add', [ids.x!, ids.y!], {})], {}),
        };
      });
      const program = Float64Array.from(x.values, (value, i) => {
        const scaled = value * row.values[i % shape[3]]!;
        return (scaled > 0 ? scaled : 0.1 * scaled) - y.values[i]! + 3;
      });
      expectClose(found.get('program'), program, 1e-6);
      const length = x.values.length / 2;
      const sums = (value: (i: number) => number) =>
        [0, 1].map((s) => x.values.subarray(0, length).reduce((sum, _, i) => sum + value(s * length + i), 0));
      expect([...found.get('count')!]).toEqual(sums((i) => (x.values[i]! > 0.25 ? 1 : 0)));
      expectClose(
        found.get('product'),
        sums((i) => x.values[i]! * y.values[i]!),
        1e-5,
      );
      expectClose(
        found.get('mean'),
        sums((i) => y.values[i]! / length),
        1e-5,
      );
    });
  }
});
