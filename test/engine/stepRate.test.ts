/** @file The rate of every step of a run, against torch.optim.lr_scheduler's. */
import { expect, test } from 'vitest';
import { optimizerSettings } from '../../src/core/runs/optimizerFields';
import { SCHEDULE_SETTINGS, scheduleSettings } from '../../src/core/runs/scheduleFields';
import { StepRate } from '../../src/engine/stepRate';
import { readTrainingGoldens } from '../golden/trainingGoldens';

const { epochs, stepsPerEpoch, lr, losses, cases } = readTrainingGoldens().schedules;

/** The rates of all steps; resumed from what plateau had to remember after every epoch. */
function ratesOf(schedule: (typeof cases)[number]['settings']): number[] {
  const optimizer = optimizerSettings({ name: 'sgd', lr });
  const experiment = { optimizer, schedule: scheduleSettings(schedule), epochs };
  const rates: number[] = [];
  let rate = new StepRate(experiment, null);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let step = 0; step < stepsPerEpoch; step++) {
      rates.push(rate.at(rates.length + 1, epoch, stepsPerEpoch).lr);
    }
    rate.afterEpoch(losses[epoch - 1]!);
    rate = new StepRate(experiment, JSON.parse(JSON.stringify(rate.plateau)));
  }
  return rates;
}

test.each(cases.map(({ settings, rates }) => [JSON.stringify(settings), settings, rates] as const))(
  '%s',
  (_name, settings, expected) => {
    const rates = ratesOf(settings);
    expect(rates).toHaveLength(expected.length);
    for (const [step, rate] of expected.entries()) {
      expect(Math.abs(rates[step]! - rate), `step ${step + 1}`).toBeLessThan(1e-12 * lr);
    }
  },
);

test('every schedule has a golden, and another for each of its settings', () => {
  for (const [name, settings] of Object.entries(SCHEDULE_SETTINGS)) {
    const given = cases.filter((golden) => golden.settings.name === name).map((golden) => golden.settings);
    expect(given.length, name).toBeGreaterThan(0);
    const own = settings.filter((key) => !['name', 'warmupSteps', 'warmupFactor', 'every'].includes(key));
    for (const key of own)
      expect(
        given.some((each) => key in each),
        `${name} with ${key}`,
      ).toBe(true);
  }
});

test('several batches that make one step have its rate, and only the last of them ends it', () => {
  const schedule = scheduleSettings({ name: 'exponential', gamma: 0.5, every: 'step' });
  const gradients = { clipNorm: null, clipValue: null, accumulate: 3 };
  const rate = new StepRate(
    { optimizer: optimizerSettings({ name: 'sgd', lr: 1 }), schedule, gradients, epochs: 2 },
    null,
  );
  const seen = [1, 2, 3, 4, 6].map((batch) => rate.at(batch, 1, 3));
  expect(seen.map((each) => [each.lr, each.scalars.step, each.isLastOfStep])).toEqual([
    [1, 1, false],
    [1, 1, false],
    [1, 1, true],
    [0.5, 2, false],
    [0.5, 2, true],
  ]);
});
