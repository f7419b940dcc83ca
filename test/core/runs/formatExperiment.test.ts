import { expect, test } from 'vitest';
import type { Experiment } from '../../../src/core/runs/experiment';
import { formatExperiment } from '../../../src/core/runs/formatExperiment';
import { defaultExperiment, parseExperiment } from '../../../src/core/runs/parseExperiment';

const PLAIN = defaultExperiment('unet.py:UNet', 'cells');

/** What is written, and that it reads back as the same. */
function check(experiment: Experiment, written: object): void {
  const text = formatExperiment(experiment);
  expect(JSON.parse(text)).toEqual(written);
  expect(parseExperiment(text, 'x')).toEqual({ experiment, diagnostics: [] });
}

test('defaults are left out', () => {
  check(PLAIN, { model: 'unet.py:UNet', dataset: 'cells' });
});

test('what differs is written', () => {
  check(
    {
      ...PLAIN,
      args: { classes: 2 },
      dataset: { path: 'a', masks: 'b' },
      input: [1, 64, 64],
      loss: 'dice',
      optimizer: { ...PLAIN.optimizer, name: 'sgd', lr: 0.1, momentum: 0.9, weightDecay: 0 },
      epochs: 3,
      augment: { horizontalFlip: true, verticalFlip: false },
      split: { validation: 0 },
    },
    {
      model: 'unet.py:UNet',
      dataset: { path: 'a', masks: 'b' },
      args: { classes: 2 },
      input: [1, 64, 64],
      loss: 'dice',
      optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9 },
      epochs: 3,
      augment: { horizontalFlip: true },
      split: { validation: 0 },
    },
  );
});

test('a loss with settings is written with those that differ', () => {
  const loss = parseExperiment(
    '{"model": "m.py", "dataset": "d", "loss": {"name": "combined", "terms": ["dice", {"name": "focal", "weight": 2, "gamma": 1}]}}',
    'x',
  ).experiment!.loss;
  check(
    { ...PLAIN, loss },
    {
      model: 'unet.py:UNet',
      dataset: 'cells',
      loss: { name: 'combined', terms: [{ name: 'dice' }, { name: 'focal', weight: 2, gamma: 1 }] },
    },
  );
});
