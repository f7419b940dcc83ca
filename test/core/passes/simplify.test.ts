import { describe, expect, test } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import type { ValueId } from '../../../src/core/graph/ir';
import { bool, float32 } from '../../../src/core/ops/typeRules';
import { removeDeadNodes } from '../../../src/core/passes/removeDeadNodes';
import { type Rewrite, rewrite } from '../../../src/core/passes/rewrite';
import {
  dropExpand,
  dropIdentity,
  dropNeutral,
  foldFull,
  foldScalarOperand,
  mergeReshapes,
  mergeScales,
  simplify,
} from '../../../src/core/passes/simplify';
import { expectGraph, graphOf } from './passBench';

/** The rule alone turns the graph of `make` into `expected`, an expression of x (2×3), w (3) and values before it. */
function check(
  rule: Rewrite,
  make: (builder: GraphBuilder, x: ValueId, w: ValueId) => ValueId,
  expected: string,
): void {
  const graph = graphOf((builder) => {
    const x = builder.input('data', 'x', float32(2, 3));
    return make(builder, x, builder.input('data', 'w', float32(3)));
  });
  expectGraph(
    removeDeadNodes(rewrite(graph, [rule])),
    `data x: 2×3
     data w: 3
     ${expected}`,
  );
}

describe('dropIdentity', () => {
  test('takes out what changes nothing', () => {
    const ops = (b: GraphBuilder, x: ValueId) => {
      const permuted = b.add('permute', [x], { dims: [0, 1] });
      const reshaped = b.add('reshape', [permuted], { shape: [2, 3] });
      const expanded = b.add('expand', [reshaped], { shape: [2, 3] });
      return b.add('to_dtype', [expanded], { dtype: 'float32' });
    };
    check(dropIdentity, ops, 'output y = x');
  });

  test('leaves what changes something', () => {
    check(
      dropIdentity,
      (b, x) => b.add('permute', [x], { dims: [1, 0] }),
      `%0 = permute(x) dims=[1,0]: 3×2
       output y = %0`,
    );
  });
});

describe('dropNeutral', () => {
  test('takes out x + 0 and 1·x', () => {
    check(
      dropNeutral,
      (b, x) => b.add('mul_scalar', [b.add('add_scalar', [x], { value: 0 })], { value: 1 }),
      'output y = x',
    );
  });

  test('leaves bool, which becomes int64', () => {
    const graph = graphOf((b) => b.add('mul_scalar', [b.input('data', 'x', bool(2))], { value: 1 }));
    expect(rewrite(graph, [dropNeutral]).nodes).toHaveLength(1);
  });
});

test('mergePermutes composes two permutations, and dropIdentity the inverse ones', () => {
  const graph = graphOf((b) => {
    const x = b.input('data', 'x', float32(2, 3, 4));
    return b.add('permute', [b.add('permute', [x], { dims: [1, 2, 0] })], { dims: [1, 0, 2] });
  });
  expectGraph(
    simplify(graph),
    `data x: 2×3×4
     %0 = permute(x) dims=[2,1,0]: 4×3×2
     output y = %0`,
  );
  const back = graphOf((b) => {
    const x = b.input('data', 'x', float32(2, 3, 4));
    return b.add('permute', [b.add('permute', [x], { dims: [1, 2, 0] })], { dims: [2, 0, 1] });
  });
  expectGraph(
    simplify(back),
    `data x: 2×3×4
     output y = x`,
  );
});

test('mergeReshapes goes straight to the last shape', () => {
  check(
    mergeReshapes,
    (b, x) => b.add('reshape', [b.add('reshape', [x], { shape: [6] })], { shape: [3, 2] }),
    `%0 = reshape(x) shape=[3,2]: 3×2
     output y = %0`,
  );
});

test('foldFull computes with the one value', () => {
  check(
    foldFull,
    (b) => {
      const full = b.add('full', [], { shape: [], dtype: 'float32', value: 2 });
      const negative = b.add('neg', [b.add('mul_scalar', [full], { value: 3 })], {});
      return b.add('expand', [b.add('add_scalar', [negative], { value: 1 })], { shape: [2, 3] });
    },
    `%0 = full() shape=[2,3] dtype=float32 value=-5: 2×3
     output y = %0`,
  );
});

describe('foldScalarOperand', () => {
  const full = (b: GraphBuilder, shape: readonly number[], dtype: 'float32' | 'float64' = 'float32') =>
    b.add('full', [], { shape, dtype, value: 0.5 });

  test('multiplies by the number itself, on either side', () => {
    check(
      foldScalarOperand,
      (b, x) => b.add('add', [full(b, [1, 3].slice(0, 0)), b.add('mul', [x, full(b, [2, 3])], {})], {}),
      `%0 = mul_scalar(x) value=0.5: 2×3
       %1 = add_scalar(%0) value=0.5: 2×3
       output y = %1`,
    );
  });

  test('leaves a constant that enlarges or promotes the other operand', () => {
    check(
      foldScalarOperand,
      (b, _x, w) => b.add('mul', [w, full(b, [2, 3])], {}),
      `%0 = full() shape=[2,3] dtype=float32 value=0.5: 2×3
       %1 = mul(w, %0): 2×3
       output y = %1`,
    );
    check(
      foldScalarOperand,
      (b, x) => b.add('mul', [x, full(b, [2, 3], 'float64')], {}),
      `%0 = full() shape=[2,3] dtype=float64 value=0.5: 2×3 float64
       %1 = mul(x, %0): 2×3 float64
       output y = %1`,
    );
  });
});

test('mergeScales multiplies the numbers', () => {
  check(
    mergeScales,
    (b, x) => b.add('mul_scalar', [b.add('mul_scalar', [x], { value: 3 })], { value: -2 }),
    `%0 = mul_scalar(x) value=-6: 2×3
     output y = %0`,
  );
});

describe('dropExpand', () => {
  const expanded = (b: GraphBuilder, w: ValueId) => b.add('expand', [w], { shape: [2, 3] });

  test('leaves broadcasting to the op', () => {
    check(
      dropExpand,
      (b, x, w) => b.add('div', [expanded(b, w), x], {}),
      `%0 = div(w, x): 2×3
       output y = %0`,
    );
  });

  test('keeps one expand where both operands need it', () => {
    check(
      dropExpand,
      (b, _x, w) => b.add('mul', [expanded(b, w), expanded(b, w)], {}),
      `%0 = expand(w) shape=[2,3]: 2×3
       %1 = mul(w, %0): 2×3
       output y = %1`,
    );
  });
});
