/** @file Steps of every optimizer with each of its settings, on both backends, against PyTorch's numbers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { TensorType } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import { float32 } from '../../../src/core/ops/typeRules';
import { optimizerScalars } from '../../../src/core/optim/optimizerStep';
import { addUpdates, type UpdateOptions } from '../../../src/core/optim/updates';
import type { OptimizerName, OptimizerSettings } from '../../../src/core/runs/experiment';
import { OPTIMIZER_SETTINGS, optimizerSettings } from '../../../src/core/runs/optimizerFields';
import { PLAIN_GRADIENTS } from '../../../src/core/runs/scheduleFields';
import type { Backend } from '../../../src/engine/backend';
import { backends } from '../../engine/backends';
import { type OptimizerGolden, readTrainingGoldens } from '../../golden/trainingGoldens';

const goldens = readTrainingGoldens().optimizers;
const PARAMETERS: Readonly<Record<string, TensorType>> = {
  'layer.weight': float32(2, 3),
  'layer.bias': float32(4),
};

function optionsOf({ settings, gradientSettings, ema }: OptimizerGolden): UpdateOptions {
  return {
    optimizer: optimizerSettings(settings),
    gradients: { ...PLAIN_GRADIENTS, ...gradientSettings },
    ema: ema ?? null,
  };
}

function updateGraph(options: UpdateOptions) {
  const builder = new GraphBuilder(registry);
  const parameters = Object.entries(PARAMETERS).map(([name, type]) => ({
    name,
    value: builder.input('state', name, type),
    gradient: builder.input('data', `gradient of ${name}`, type),
  }));
  const slots = addUpdates(builder, options, parameters);
  return { graph: builder.build(), slots };
}

const byName = (values: Readonly<Record<string, readonly number[]>>, prefix = '') =>
  new Map(Object.entries(values).map(([name, numbers]) => [`${prefix}${name}`, Float32Array.from(numbers)]));

describe.each(Object.keys(backends))('on %s', (backendName) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await backends[backendName]!();
  });
  afterAll(() => backend.dispose());

  const cases = goldens.map(({ settings: { name, lr: _, ...settings }, ...golden }) => {
    const shown = JSON.stringify({ ...settings, ...golden.gradientSettings, ema: golden.ema });
    return [name, shown, { settings: { name, lr: 0.1, ...settings }, ...golden }] as const;
  });
  test.each(cases)('%s %s', async (_name, _settings, golden) => {
    const options = optionsOf(golden);
    const { graph, slots } = updateGraph(options);
    const only = updateGraph({ ...options, onlyAccumulate: true });
    const typeOf = (slot: string) => PARAMETERS[slot.split('.').slice(2).join('.')]!;
    const page = (slot: string) => slot.split('.').slice(0, 2).join('.');
    const state = backend.createState([
      ...Object.entries(PARAMETERS).map(([name, type]) => ({ name, type })),
      ...slots.map(({ name }) => ({ name, type: typeOf(name), page: page(name) })),
    ]);
    const start = byName(golden.start);
    state.write(start);
    for (const { name, start: from } of slots) {
      const parameter = start.get(name.split('.').slice(2).join('.'))!;
      state.write(new Map([[name, from === 'parameter' ? parameter : parameter.map(() => from)]]));
    }
    const batches = options.gradients!.accumulate;
    const whole = await backend.compile(graph, state);
    const partial = batches > 1 ? await backend.compile(only.graph, state) : whole;
    for (const [index, gradients] of golden.gradients.entries()) {
      const step = Math.floor(index / batches);
      const isLast = index % batches === batches - 1;
      const scalars = optimizerScalars(optimizerSettings(options.optimizer), step + 1);
      await (isLast ? whole : partial).run({
        data: byName(gradients, 'gradient of '),
        scalars: { ...scalars, lr: golden.lr[step]! },
      });
      if (!isLast) continue;
      const found = await state.read(Object.keys(PARAMETERS));
      expectClose(found, byName(golden.parameters[step]!), `step ${step + 1}`);
    }
    if (golden.averages) {
      const averages = byName(golden.averages, 'optimizer.ema.');
      expectClose(await state.read([...averages.keys()]), averages, 'average');
    }
    whole.dispose();
    if (partial !== whole) partial.dispose();
    state.dispose();
  });
});

function expectClose(
  found: ReadonlyMap<string, ArrayLike<number>>,
  wanted: ReadonlyMap<string, Float32Array>,
  what: string,
): void {
  for (const [name, numbers] of wanted) {
    for (const [at, number] of numbers.entries()) {
      const difference = Math.abs(found.get(name)![at]! - number);
      expect(difference, `${what}: ${name}[${at}]`).toBeLessThan(2e-6 * Math.max(1, Math.abs(number)));
    }
  }
}

test('every optimizer has a golden, and another for each of its settings', () => {
  for (const [name, settings] of Object.entries(OPTIMIZER_SETTINGS)) {
    const ofOptimizer = goldens.filter((golden) => golden.settings.name === name);
    expect(ofOptimizer.length, name).toBeGreaterThan(0);
    const usual = optimizerSettings({ name: name as OptimizerName });
    // What the rate and the groups do is the same for all.
    const own = settings.filter((key) => !['name', 'lr', 'decayNormsAndBiases', 'groups'].includes(key));
    for (const key of own as readonly (keyof OptimizerSettings)[]) {
      const isChanged = ofOptimizer.some(
        (golden) => JSON.stringify(golden.settings[key] ?? usual[key]) !== JSON.stringify(usual[key]),
      );
      expect(isChanged, `${name} with another ${key}`).toBe(true);
    }
  }
});

test('slots are named after PyTorch’s, and only those that the settings need exist', () => {
  const slots = (given: Parameters<typeof optimizerSettings>[0]) =>
    updateGraph({ optimizer: optimizerSettings(given) })
      .slots.map(({ name }) => name)
      .filter((name) => name.endsWith('weight'));
  expect(slots({ name: 'sgd', momentum: 0 })).toEqual([]);
  expect(slots({ name: 'sgd', momentum: 0.9 })).toEqual(['optimizer.momentum_buffer.layer.weight']);
  expect(slots({ name: 'adamw' })).toEqual([
    'optimizer.exp_avg.layer.weight',
    'optimizer.exp_avg_sq.layer.weight',
  ]);
  expect(slots({ name: 'rmsprop', centered: true, momentum: 0.5 })).toEqual([
    'optimizer.square_avg.layer.weight',
    'optimizer.grad_avg.layer.weight',
    'optimizer.momentum_buffer.layer.weight',
  ]);
});
