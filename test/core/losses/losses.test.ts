/** @file Every loss and its gradient, with each of its settings, on both backends, against PyTorch's numbers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { addLoss } from '../../../src/core/losses/losses';
import { alignTarget } from '../../../src/core/losses/target';
import { registry } from '../../../src/core/ops/registry';
import { addGradients } from '../../../src/core/passes/autograd';
import { simplify } from '../../../src/core/passes/simplify';
import type { LossName, LossSettings, LossTerm } from '../../../src/core/runs/experiment';
import { LOSS_SETTINGS, lossSettings } from '../../../src/core/runs/lossFields';
import type { Backend } from '../../../src/engine/backend';
import { backends } from '../../engine/backends';
import { tensorData } from '../../golden/opGoldens';
import { type LossGolden, readTrainingGoldens } from '../../golden/trainingGoldens';

const goldens = readTrainingGoldens().losses;

function settingsOf({ loss }: LossGolden): LossSettings {
  const settings = lossSettings(loss);
  const terms = settings.terms.map((term): LossTerm => ({ ...lossSettings(term), weight: term.weight ?? 1 }));
  return { ...settings, terms };
}

function lossGraph(golden: LossGolden) {
  const { output, target } = golden;
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'output', { shape: output.shape, dtype: output.dtype });
  const y = builder.input('data', 'target', { shape: target.shape, dtype: target.dtype });
  const value = addLoss(builder, settingsOf(golden), x, alignTarget(builder, y, x));
  const [gradient] = addGradients(builder, value, [x]);
  builder.output('loss', value);
  builder.output('gradient', gradient!);
  return simplify(builder.build());
}

const cases = goldens.map(
  (golden) => [JSON.stringify(golden.loss), golden.output.shape.join('×'), golden] as const,
);

describe.each(Object.keys(backends))('on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await backends[name]!();
  });
  afterAll(() => backend.dispose());

  test.each(cases)('%s of %s and its gradient are PyTorch’s', async (_loss, _shape, golden) => {
    const executable = await backend.compile(lossGraph(golden), backend.createState([]));
    const data = new Map([
      ['output', tensorData(golden.output)],
      ['target', tensorData(golden.target)],
    ]);
    const outputs = await executable.run({ data, scalars: {} });
    const relative = Math.abs(outputs.get('loss')![0]! - golden.value) / Math.max(1, Math.abs(golden.value));
    expect(relative, `${outputs.get('loss')![0]} instead of ${golden.value}`).toBeLessThan(5e-6);
    const gradient = [...outputs.get('gradient')!];
    expect(gradient.length).toBe(golden.gradient.length);
    const largest = Math.max(...golden.gradient.map(Math.abs));
    for (const [index, expected] of golden.gradient.entries()) {
      expect(Math.abs(gradient[index]! - expected), `gradient ${index}`).toBeLessThan(1e-5 * largest);
    }
    executable.dispose();
  });
});

test('every loss has a golden, and another for each of its settings', () => {
  const checked = goldens.map(settingsOf).flatMap((loss) => [loss, ...loss.terms]);
  for (const [name, settings] of Object.entries(LOSS_SETTINGS)) {
    const ofLoss = checked.filter((loss) => loss.name === name);
    expect(ofLoss.length, name).toBeGreaterThan(0);
    for (const key of settings.filter((each) => each !== 'name') as readonly (keyof LossSettings)[]) {
      const usual = JSON.stringify(lossSettings(name as LossName)[key]);
      const isChanged = ofLoss.some((loss) => JSON.stringify((loss as LossSettings)[key]) !== usual);
      expect(isChanged, `${name} with another ${key}`).toBe(true);
    }
  }
});
