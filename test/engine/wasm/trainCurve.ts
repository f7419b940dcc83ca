/** @file Repeats a PyTorch training curve on the wasm backend. */
import { buildTrainingStep } from '../../../src/core/passes/trainingStep';
import type { Backend, TensorData } from '../../../src/engine/backend';
import { buildCurveModel } from '../../golden/curveModels';
import { type CurveGolden, type CurveRun, curveBatch, readInitialState } from '../../golden/curves';

export interface TrainedCurve {
  /** Before each update. */
  readonly losses: readonly number[];
  /** Parameters, running statistics and optimizer slots after the last. */
  readonly state: ReadonlyMap<string, TensorData>;
}

export async function trainCurve(
  backend: Backend,
  golden: CurveGolden,
  run: CurveRun,
): Promise<TrainedCurve> {
  const { model, batchSize, loss, task } = golden;
  const { graph, state } = buildCurveModel(model, 'train', batchSize);
  const step = buildTrainingStep({ graph, state, loss, task, optimizer: run.optimizer });
  const store = backend.createState(step.stateSpecs);
  const initial = readInitialState(model);
  const fromModel = step.stateSpecs.filter(({ init }) => init === 'model');
  store.write(new Map(fromModel.map(({ name }) => [name, initial.get(name)!.values])));
  const executable = await backend.compile(step.graph, store);
  const losses: number[] = [];
  for (let index = 0; index < run.losses.length; index++) {
    const { input0, target } = curveBatch(model, index * batchSize, batchSize);
    const outputs = await executable.run({
      data: new Map<string, TensorData>([
        ['input0', input0],
        ['target', target],
      ]),
      scalars: { lr: run.optimizer.lr, step: index + 1 },
    });
    losses.push(outputs.get('loss')![0]!);
  }
  const trained = await store.read();
  executable.dispose();
  store.dispose();
  return { losses, state: trained };
}
