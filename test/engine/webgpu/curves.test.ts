/** @file Twenty training steps on WebGPU follow real PyTorch's, and so do the weights that they lead to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestDawnAdapter } from '../../../src/cli/dawn';
import type { Graph } from '../../../src/core/graph/ir';
import { buildTrainingStep } from '../../../src/core/passes/trainingStep';
import type { Executable, StateStore, TensorData } from '../../../src/engine/backend';
import { createWebgpuBackend, type WebgpuBackend } from '../../../src/engine/webgpu/webgpuBackend';
import { buildCurveModel } from '../../golden/curveModels';
import {
  type CurveModel,
  type CurveRun,
  curveBatch,
  evaluatedSample,
  readCurves,
  readInitialState,
} from '../../golden/curves';

let backend: WebgpuBackend;

beforeAll(async () => {
  const { gpu, adapter } = await requestDawnAdapter();
  backend = await createWebgpuBackend(gpu, { adapter });
});
afterAll(() => backend.dispose());

interface Training {
  readonly state: StateStore;
  readonly step: Executable;
  readonly losses: readonly number[];
}

async function train(model: CurveModel, run: CurveRun): Promise<Training> {
  const { batchSize, loss, task } = readCurves(model);
  const { graph, state: entries } = buildCurveModel(model, 'train', batchSize);
  const training = buildTrainingStep({ graph, state: entries, loss, task, optimizer: run.optimizer });
  const state = backend.createState(training.stateSpecs);
  const initial = readInitialState(model);
  const values = training.stateSpecs.flatMap(({ name, init }): [string, TensorData][] =>
    init === 'model' ? [[name, initial.get(name)!.values]] : [],
  );
  state.write(new Map(values));
  const step = await backend.compile(training.graph, state);
  const losses: number[] = [];
  for (let i = 0; i < run.losses.length; i++) {
    const { input0, target } = curveBatch(model, i * batchSize, batchSize);
    const outputs = await step.run({
      data: new Map<string, TensorData>([
        ['input0', input0],
        ['target', target],
      ]),
      scalars: { lr: run.optimizer.lr, step: i + 1, seed: 1 },
    });
    losses.push(outputs.get('loss')![0]!);
  }
  return { state, step, losses };
}

async function evaluate(model: CurveModel, state: StateStore): Promise<TensorData> {
  const graph: Graph = buildCurveModel(model, 'eval', 1).graph;
  const forward = await backend.compile(graph, state);
  const { input0 } = curveBatch(model, evaluatedSample, 1);
  const outputs = await forward.run({ data: new Map([['input0', input0]]), scalars: {} });
  forward.dispose();
  return outputs.get('output0')!;
}

for (const model of ['seed_unet', 'tiny_vgg'] as const) {
  describe(model, () => {
    for (const run of readCurves(model).runs) {
      it(`${run.optimizer.name}: losses and final outputs are PyTorch's`, async () => {
        const { state, step, losses } = await train(model, run);
        losses.forEach((loss, i) => {
          expect(
            Math.abs(loss / run.losses[i]! - 1),
            `step ${i + 1}: ${loss} for ${run.losses[i]}`,
          ).toBeLessThan(1e-4);
        });
        const output = await evaluate(model, state);
        const worst = run.evaluation.values.reduce(
          (most, value, i) => Math.max(most, Math.abs(output[i]! - value)),
          0,
        );
        expect(worst).toBeLessThan(1e-3);
        step.dispose();
        state.dispose();
      });
    }
  });
}

it('a step is one submission and makes no buffer', async () => {
  const golden = readCurves('seed_unet');
  const { batchSize, loss, task } = golden;
  const { graph, state: entries } = buildCurveModel('seed_unet', 'train', batchSize);
  const optimizer = golden.runs[0]!.optimizer;
  const training = buildTrainingStep({ graph, state: entries, loss, task, optimizer });
  const state = backend.createState(training.stateSpecs);
  const step = await backend.compile(training.graph, state);
  const { input0, target } = curveBatch('seed_unet', 0, batchSize);
  const data = new Map<string, TensorData>([
    ['input0', input0],
    ['target', target],
  ]);
  const feeds = { data, scalars: { lr: 0.01, step: 1, seed: 1 } };
  await step.run(feeds);
  const before = { ...backend.counters };
  await Promise.all([step.run(feeds), step.run(feeds), step.run(feeds)]);
  expect(backend.counters.submissions - before.submissions).toBe(3);
  expect(backend.counters.buffersCreated - before.buffersCreated).toBe(0);
  step.dispose();
  state.dispose();
});
