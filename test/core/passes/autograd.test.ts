import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { ValueId } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import { float32, int64 } from '../../../src/core/ops/typeRules';
import { addGradients, pullBack } from '../../../src/core/passes/autograd';
import { removeDeadNodes } from '../../../src/core/passes/removeDeadNodes';
import { expectGraph } from './passBench';

/** loss = Σ make(w, x); its gradient with respect to w, as text without dead nodes. */
function check(
  shapes: { readonly w: readonly number[]; readonly x: readonly number[] },
  make: (builder: GraphBuilder, w: ValueId, x: ValueId) => ValueId,
  expected: string,
): void {
  const builder = new GraphBuilder(registry);
  const w = builder.input('data', 'w', float32(...shapes.w));
  const x = builder.input('data', 'x', float32(...shapes.x));
  const y = make(builder, w, x);
  const loss = builder.add('sum', [y], { dim: builder.shape(y).map((_, axis) => axis), keepdim: false });
  const [gradient] = addGradients(builder, loss, [w]);
  builder.output('gradient', gradient!);
  expectGraph(removeDeadNodes(builder.build()), expected);
}

describe('addGradients', () => {
  test('sums over every use of a value', () => {
    check(
      { w: [2], x: [2] },
      (b, w, x) => b.add('add', [b.add('mul', [w, x], {}), b.add('neg', [w], {})], {}),
      `data w: 2
       data x: 2
       %0 = full() shape=[] dtype=float32 value=1: scalar
       %1 = reshape(%0) shape=[1]: 1
       %2 = expand(%1) shape=[2]: 2
       %3 = neg(%2): 2
       %4 = mul(%2, x): 2
       %5 = add(%3, %4): 2
       output gradient = %5`,
    );
  });

  test('sums out what broadcasting repeated', () => {
    check(
      { w: [3, 1], x: [2, 3, 4] },
      (b, w, x) => b.add('mul', [w, x], {}),
      `data w: 3×1
       data x: 2×3×4
       %0 = full() shape=[] dtype=float32 value=1: scalar
       %1 = reshape(%0) shape=[1,1,1]: 1×1×1
       %2 = expand(%1) shape=[2,3,4]: 2×3×4
       %3 = mul(%2, x): 2×3×4
       %4 = sum(%3) dim=[0,2] keepdim=true: 1×3×1
       %5 = reshape(%4) shape=[3,1]: 3×1
       output gradient = %5`,
    );
  });

  test('follows no path that leads to no parameter', () => {
    check(
      { w: [4, 3], x: [2, 3] },
      (b, w, x) => b.add('linear', [b.add('exp', [x], {}), w, null], {}),
      `data w: 4×3
       data x: 2×3
       %0 = exp(x): 2×3
       %1 = full() shape=[] dtype=float32 value=1: scalar
       %2 = reshape(%1) shape=[1,1]: 1×1
       %3 = expand(%2) shape=[2,4]: 2×4
       %4 = permute(%3) dims=[1,0]: 4×2
       %5 = matmul(%4, %0): 4×3
       output gradient = %5`,
    );
  });

  test('gives null where no path leads', () => {
    const builder = new GraphBuilder(registry);
    const used = builder.input('state', 'used', float32());
    const unused = builder.input('state', 'unused', float32());
    const compared = builder.input('state', 'compared', float32());
    const flag = builder.add('gt', [compared, used], {});
    const loss = builder.add('where', [flag, used, builder.add('neg', [used], {})], {});
    const gradients = addGradients(builder, loss, [used, unused, compared]);
    expect(gradients.map((gradient) => gradient === null)).toEqual([false, true, true]);
  });

  test('refuses a loss that is no scalar', () => {
    const builder = new GraphBuilder(registry);
    const w = builder.input('state', 'w', float32(2));
    expect(() => addGradients(builder, w, [w])).toThrow('a loss is a scalar, not of 1 dimensions');
  });

  test('gives gradient nodes the frame of the node that they differentiate', () => {
    const builder = new GraphBuilder(registry);
    const w = builder.input('state', 'w', float32());
    const y = builder.add('exp', [w], {}, 7);
    const loss = builder.add('square', [y], {}, 9);
    const forward = builder.nodeCount;
    addGradients(builder, loss, [w]);
    const added = builder.build().nodes.slice(forward);
    expect(added.map(({ op, frame }) => [op, frame])).toEqual([
      ['full', -1],
      ['mul_scalar', 9],
      ['mul', 9],
      ['mul', 7],
    ]);
    expect(builder.frame).toBe(-1);
  });
});

test('pullBack gives a gradient the dtype of its value, and integers none', () => {
  const builder = new GraphBuilder(registry);
  const half = builder.input('state', 'half', { shape: [2], dtype: 'float16' });
  const x = builder.input('data', 'x', float32(2));
  const index = builder.input('data', 'index', int64(2));
  const y = builder.add('mul', [builder.add('mul', [half, x], {}), index], {});
  const gradient = builder.input('data', 'gradient', float32(2));
  const [result, none] = pullBack(builder, [{ value: y, gradient }], [half, index]);
  expect(none).toBeNull();
  expect(builder.type(result!).dtype).toBe('float16');
});
