import { test } from 'vitest';
import { float32 } from '../../../src/core/ops/typeRules';
import { rewriteDropout } from '../../../src/core/passes/rewriteDropout';
import { expectGraph, graphOf } from './passBench';

const twoDropouts = (training: boolean, p: number) =>
  graphOf((b) => {
    const x = b.input('data', 'x', float32(2, 3));
    const once = b.add('dropout', [x], { p, training });
    return b.add('dropout', [b.add('exp', [once], {})], { p, training });
  });

test('each dropout in training multiplies by its own stream of the one seed', () => {
  expectGraph(
    rewriteDropout(twoDropouts(true, 0.25)),
    `data x: 2×3
     scalar seed: scalar
     %0 = dropout_mask(seed) shape=[2,3] p=0.25 stream=0: 2×3
     %1 = mul(x, %0): 2×3
     %2 = exp(%1): 2×3
     %3 = dropout_mask(seed) shape=[2,3] p=0.25 stream=1: 2×3
     %4 = mul(%2, %3): 2×3
     output y = %4`,
  );
});

test.each([
  ['evaluation', false, 0.25],
  ['p = 0', true, 0],
] as const)('nothing is left of dropout in %s, nor a seed', (_, training, p) => {
  expectGraph(
    rewriteDropout(twoDropouts(training, p)),
    `data x: 2×3
     %0 = exp(x): 2×3
     output y = %0`,
  );
});
