import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { TensorType, ValueId } from '../../../../src/core/graph/ir';
import { registry } from '../../../../src/core/ops/registry';
import { pullBack } from '../../../../src/core/passes/autograd';
import { fuseSkipGradient } from '../../../../src/engine/webgpu/fusion/fuseSkipGradient';
import { verifyDeviceGraph } from '../../../../src/engine/webgpu/fusion/verifyDeviceGraph';
import { viewChannels } from '../../../../src/engine/webgpu/fusion/viewChannels';
import { compute, expectClose, numbers, useBackend } from '../compute';

const same = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
const pool = {
  kernel_size: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  dilation: [1, 1],
  ceil_mode: false,
} as const;
const up = { stride: [2, 2], padding: [0, 0], dilation: [1, 1], groups: 1, output_padding: [0, 0] } as const;

const shapes = {
  x: [2, 3, 8, 8],
  a: [4, 3, 3, 3],
  b: [4, 5, 2, 2],
  c: [6, 9, 3, 3],
  g: [2, 6, 8, 8],
} as const;
type Ids = Readonly<Record<string, ValueId>>;

/** One level of a U-Net: a skip, a pooled and upsampled way around it, and all gradients. */
function level(builder: GraphBuilder, { x, a, b, c, g }: Ids): Record<string, ValueId> {
  const skip = builder.add('conv2d', [x!, a!, null], same);
  const below = builder.add('conv_transpose2d', [builder.add('max_pool2d', [skip], pool), b!, null], up);
  const joined = builder.add('cat', [skip, below], { dim: 1 });
  const y = builder.add('conv2d', [joined, c!, null], same);
  const [dx, da, db, dc] = pullBack(builder, [{ value: y, gradient: g! }], [x!, a!, b!, c!]);
  return { y, dx: dx!, da: da!, db: db!, dc: dc! };
}

function opsAfter(build: (builder: GraphBuilder, ids: Ids) => Record<string, ValueId>): string[] {
  const builder = new GraphBuilder(registry);
  const type = (shape: readonly number[]): TensorType => ({ shape, dtype: 'float32' });
  const ids = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, builder.input('data', name, type(shape))]),
  );
  for (const [name, value] of Object.entries(build(builder, ids))) builder.output(name, value);
  const graph = viewChannels(fuseSkipGradient(builder.build()));
  verifyDeviceGraph(graph, 'viewChannels');
  return graph.nodes.map(({ op }) => op);
}

it('a level of a U-Net concatenates, slices and adds nothing by itself', () => {
  const ops = opsAfter(level);
  expect(ops.filter((op) => ['cat', 'slice', 'add', 'max_pool2d_backward'].includes(op))).toEqual([]);
  expect(ops.filter((op) => op.endsWith('channels'))).toHaveLength(3);
});

describe('parts are copied', () => {
  const cases: Record<string, (builder: GraphBuilder, ids: Ids) => ValueId> = {
    'where a kernel that cannot find them reads them': (builder, { x, a }) => {
      const part = builder.add('conv2d', [x!, a!, null], same);
      const flipped = builder.add('flip', [part], { dims: [2] });
      return builder.add('cat', [part, builder.add('conv2d', [x!, a!, null], same), flipped], { dim: 1 });
    },
    'where one stands twice': (builder, { x, a }) => {
      const part = builder.add('conv2d', [x!, a!, null], same);
      return builder.add('cat', [part, part], { dim: 1 });
    },
    'where they are inputs of the graph': (builder, { x }) => builder.add('cat', [x!, x!], { dim: 1 }),
  };
  for (const [name, build] of Object.entries(cases)) {
    it(name, () => {
      expect(opsAfter((builder, ids) => ({ y: build(builder, ids) }))).toContain('cat');
    });
  }
});

describe('on the device', () => {
  useBackend();

  it('a level gives the numbers of one whose parts are outputs too, and so copied', async () => {
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, numbers(shape, i)]),
    );
    const viewed = await compute(inputs, level);
    const copied = await compute(inputs, (builder, ids) => {
      const skip = builder.add('conv2d', [ids.x!, ids.a!, null], same);
      const below = builder.add(
        'conv_transpose2d',
        [builder.add('max_pool2d', [skip], pool), ids.b!, null],
        up,
      );
      const joined = builder.add('cat', [skip, below], { dim: 1 });
      const y = builder.add('conv2d', [joined, ids.c!, null], same);
      const gradients = pullBack(
        builder,
        [{ value: y, gradient: ids.g! }],
        [ids.x!, ids.a!, ids.b!, ids.c!, skip, below],
      );
      const [dx, da, db, dc, dskip, dbelow] = gradients as ValueId[];
      return { skip, below, y, dx: dx!, da: da!, db: db!, dc: dc!, dskip: dskip!, dbelow: dbelow! };
    });
    for (const name of ['y', 'dx', 'da', 'db', 'dc']) expectClose(viewed.get(name), copied.get(name)!, 1e-6);
  });
});
