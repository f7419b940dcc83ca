import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { TensorType } from '../../../src/core/graph/ir';
import { alignTarget, chooseTarget, defaultLoss } from '../../../src/core/losses/target';
import { registry } from '../../../src/core/ops/registry';
import { float32, int64 } from '../../../src/core/ops/typeRules';
import type { Loss, LossName, Task } from '../../../src/core/runs/experiment';
import { lossSettings } from '../../../src/core/runs/lossFields';

describe('chooseTarget', () => {
  const check = (loss: Loss, output: TensorType, task: Task) =>
    chooseTarget(loss, output, task).targetType ?? chooseTarget(loss, output, task).problem!.message;

  test('asks for the mask or label that the output can be compared with', () => {
    expect(check('bce_dice', float32(4, 1, 64, 48), 'segmentation')).toEqual(float32(4, 1, 64, 48));
    expect(check('cross_entropy', float32(4, 3, 64, 48), 'segmentation')).toEqual(int64(4, 64, 48));
    expect(check('dice', float32(4, 3, 64, 48), 'segmentation')).toEqual(int64(4, 64, 48));
    expect(check('cross_entropy', float32(8, 10), 'classification')).toEqual(int64(8));
    expect(check('bce_with_logits', float32(8, 1), 'classification')).toEqual(int64(8));
  });

  test('says what does not suit, and what to do', () => {
    expect(check('cross_entropy', float32(4, 1, 64, 64), 'segmentation')).toBe(
      'cross_entropy needs one channel a class, got 4×1×64×64 float32: over a single class it is always 0.',
    );
    expect(check('cross_entropy', float32(4, 1, 64, 64), 'classification')).toBe(
      'cross_entropy needs N×C output for classification, got 4×1×64×64 float32.',
    );
    expect(check('bce_dice', float32(4, 10), 'segmentation')).toBe(
      'bce_dice needs N×C×H×W output for segmentation, got 4×10 float32.',
    );
    expect(check('dice', float32(4, 10), 'classification')).toBe(
      'The loss dice compares masks, but the task is classification.',
    );
    expect(check('mse', int64(4, 1, 8, 8), 'segmentation')).toBe(
      'mse needs a floating-point output, got 4×1×8×8 int64.',
    );
    const weighted = lossSettings({ name: 'cross_entropy', classWeights: [1, 2] });
    expect(check(weighted, float32(4, 3, 8, 8), 'segmentation')).toBe(
      '"classWeights" of cross_entropy has 2 numbers, but the output has 3 channels.',
    );
    const term = (name: LossName) => ({ ...lossSettings(name), weight: 1 });
    const mixed = lossSettings({ name: 'combined', terms: [term('dice'), term('mse')] });
    expect(check(mixed, float32(4, 1, 8, 8), 'segmentation')).toBe(
      'combined adds dice, which takes the output for logits, to mse, which takes it for values.',
    );
    const { problem } = chooseTarget('dice', float32(4, 10), 'classification');
    expect(problem!.hint).toBe(
      'Choose cross_entropy, nll, kl_div, bce_with_logits, bce, focal, mse, l1, smooth_l1, huber, or give the images masks.',
    );
  });
});

test('defaultLoss suits the task and the number of channels', () => {
  expect(defaultLoss('segmentation', float32(4, 1, 8, 8))).toBe('bce_dice');
  expect(defaultLoss('segmentation', float32(4, 3, 8, 8))).toBe('cross_entropy');
  expect(defaultLoss('classification', float32(4, 10))).toBe('cross_entropy');
  expect(defaultLoss('classification', float32(4, 1))).toBe('bce_with_logits');
});

describe('alignTarget', () => {
  const align = (target: TensorType, output: TensorType) => {
    const builder = new GraphBuilder(registry);
    const aligned = alignTarget(
      builder,
      builder.input('data', 'target', target),
      builder.input('data', 'output', output),
    );
    return { type: builder.type(aligned), ops: builder.build().nodes.map(({ op }) => op) };
  };

  test('takes float masks as they are', () => {
    expect(align(float32(2, 1, 4, 5), float32(2, 1, 4, 5))).toEqual({ type: float32(2, 1, 4, 5), ops: [] });
  });

  test('gives integer masks of one class their channel back', () => {
    expect(align(int64(2, 4, 5), float32(2, 1, 4, 5))).toEqual({
      type: float32(2, 1, 4, 5),
      ops: ['to_dtype', 'reshape'],
    });
  });

  test('spreads class indexes over channels', () => {
    expect(align(int64(2, 4, 5), float32(2, 3, 4, 5))).toEqual({
      type: float32(2, 3, 4, 5),
      ops: ['one_hot'],
    });
  });

  test('refuses what cannot be matched', () => {
    expect(() => align(float32(2, 4, 5), float32(2, 3, 4, 5))).toThrow(
      'a target of size [2, 4, 5] and dtype float32 does not fit an output of size [2, 3, 4, 5]',
    );
  });
});
