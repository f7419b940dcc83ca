import { expect, test } from 'vitest';
import type { PinnedPreview, TrainEvent } from '../../src/core/runs/run';
import { PinnedHistory } from '../../webview/state/pinnedHistory';
import { RunLog } from '../../webview/state/runLog';

function step(number: number, loss: number): TrainEvent {
  return {
    kind: 'step',
    step: number,
    epoch: Math.ceil(number / 4),
    loss,
    metrics: {},
    lr: 0.1,
    secondsLeft: 3,
    millisecondsPerStep: 20,
  };
}

function epoch(number: number): TrainEvent {
  return {
    kind: 'epoch',
    epoch: number,
    step: number * 4,
    train: { loss: 1 },
    validation: { loss: 1, dice: 0.5 },
  };
}

test('a resumed run forgets what it ran after its checkpoint', () => {
  const log = new RunLog();
  for (let at = 1; at <= 600; at++) log.apply(step(at, at));
  for (let at = 1; at <= 150; at++) log.apply(epoch(at));
  log.apply(step(401, -1));
  expect(log.stepNumbers.length).toBe(401);
  expect(log.stepLosses.last).toBe(-1);
  expect(log.epochs.at(-1)).toMatchObject({ epoch: 100, step: 400 });
});

test('the metric is the one that the epochs carry', () => {
  const log = new RunLog();
  expect(log.metricName).toBeNull();
  log.apply(epoch(1));
  expect(log.metricName).toBe('dice');
});

test('a failure keeps its reason and hint', () => {
  const log = new RunLog();
  log.apply({ kind: 'progress', phase: 'compiling', done: 1, total: 2 });
  log.apply({
    kind: 'state',
    state: 'failed',
    error: 'The loss became NaN.',
    hint: 'Lower the learning rate.',
  });
  expect(log).toMatchObject({
    state: 'failed',
    error: 'The loss became NaN.',
    hint: 'Lower the learning rate.',
    phase: null,
  });
});

function preview(fill: number): PinnedPreview {
  return {
    sample: 'a.png',
    width: 10,
    height: 10,
    image: new Uint8Array(400),
    truth: new Uint8Array(100),
    prediction: new Uint8Array(100).fill(fill),
    score: fill / 100,
    predictedClass: null,
    trueClass: null,
  };
}

test('pinned predictions are thinned, not cut, when memory runs out', () => {
  const history = new PinnedHistory(1000);
  for (let at = 0; at < 40; at++)
    history.add({ kind: 'pinned', step: at, epoch: 1, previews: [preview(at)] });
  const steps = history.frames.map((frame) => frame.step);
  expect(steps.length).toBeLessThanOrEqual(10);
  expect(steps[0]).toBe(0);
  expect(steps.at(-1)).toBe(39);
  const images = new Set(history.frames.map((frame) => frame.previews[0]!.image));
  expect(images.size).toBe(1);
});
