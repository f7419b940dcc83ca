import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { registry } from '../../../src/core/ops/registry';
import { float32 } from '../../../src/core/ops/typeRules';
import { addOptimizer } from '../../../src/core/optim/optimizers';
import type { OptimizerSettings } from '../../../src/core/runs/experiment';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../engine/wasm/ortWasm';
import { readTrainingGoldens } from '../../golden/trainingGoldens';

const backend = await createWasmBackend({ wasmBinary });

function updateGraph(settings: OptimizerSettings, size: number) {
  const builder = new GraphBuilder(registry);
  const value = builder.input('state', 'w', float32(size));
  const gradient = builder.input('data', 'gradient', float32(size));
  const slots = addOptimizer(builder, settings, [{ name: 'w', value, gradient }]);
  return { graph: builder.build(), slots };
}

describe('three steps from zeroed slots', () => {
  const goldens = readTrainingGoldens().optimizers.map(
    (golden) => [golden.settings.name, golden.settings, golden] as const,
  );
  test.each(goldens)('%s %j', async (_name, settings, golden) => {
    const size = golden.start.length;
    const { graph, slots } = updateGraph(settings, size);
    const state = backend.createState(['w', ...slots].map((name) => ({ name, type: float32(size) })));
    state.write(new Map(slots.map((name) => [name, new Float32Array(size)])));
    state.write(new Map([['w', Float32Array.from(golden.start)]]));
    const executable = await backend.compile(graph, state);
    for (const [index, expected] of golden.parameters.entries()) {
      await executable.run({
        data: new Map([['gradient', Float32Array.from(golden.gradients[index]!)]]),
        scalars: { lr: golden.lr[index]!, ...(settings.name === 'sgd' ? {} : { step: index + 1 }) },
      });
      const parameter = (await state.read(['w'])).get('w')!;
      for (const [at, number] of expected.entries()) expect(parameter[at]).toBeCloseTo(number, 5);
    }
    executable.dispose();
  });
});

test('slots are named after PyTorch’s, and only those that the settings need exist', () => {
  const base = readTrainingGoldens().optimizers[0]!.settings;
  const slots = (over: Partial<OptimizerSettings>) => updateGraph({ ...base, ...over }, 3).slots;
  expect(slots({ name: 'sgd', momentum: 0 })).toEqual([]);
  expect(slots({ name: 'sgd', momentum: 0.9 })).toEqual(['optimizer.momentum_buffer.w']);
  expect(slots({ name: 'adamw' })).toEqual(['optimizer.exp_avg.w', 'optimizer.exp_avg_sq.w']);
});
