/** @file A hundred steps of a traced model from the weights that its seed gives, on the batches of make_long_curves.py. */
import { readFileSync } from 'node:fs';
import type { TracedModel } from '../../src/core/graph/tracedModel';
import { optimizerScalars } from '../../src/core/optim/optimizerStep';
import { buildTrainingStep } from '../../src/core/passes/trainingStep';
import { initialState } from '../../src/core/random/initialState';
import type { LossName, OptimizerName, Task } from '../../src/core/runs/experiment';
import { optimizerSettings } from '../../src/core/runs/optimizerFields';
import type { Backend, TensorData } from '../../src/engine/backend';
import { trainableGraph } from '../../src/trace/trainableGraph';

export interface LongCurveRun {
  readonly optimizer: { readonly name: OptimizerName; readonly lr: number };
  readonly losses: readonly number[];
  /** How far PyTorch is from itself by then with its initial weights moved by 1e-6. */
  readonly apart: readonly number[];
}

export interface LongCurve {
  readonly file: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: readonly [number, number, number];
  readonly batchSize: number;
  readonly loss: LossName;
  readonly task: Task;
  readonly seed: number;
  readonly runs: readonly LongCurveRun[];
}

export function readLongCurve(model: string): LongCurve {
  return JSON.parse(readFileSync(new URL(`../golden/longCurves/${model}.json`, import.meta.url), 'utf8'));
}

/** @returns the loss before each update */
export async function trainLongCurve(
  backend: Backend,
  curve: LongCurve,
  { state, init, graphs }: TracedModel,
  run: LongCurveRun,
): Promise<number[]> {
  const optimizer = optimizerSettings(run.optimizer);
  const { loss, task } = curve;
  const graph = trainableGraph(graphs[0]!.graph);
  const step = buildTrainingStep({ graph, state, loss, task, optimizer });
  const store = backend.createState(step.stateSpecs);
  const initial = initialState(state, init, curve.seed);
  store.write(
    new Map(
      step.stateSpecs.map(({ name, type }): [string, TensorData] => {
        const zeros = new Float32Array(type.shape.reduce((a, b) => a * b, 1));
        return [name, initial.get(name) ?? zeros];
      }),
    ),
  );
  const executable = await backend.compile(step.graph, store);
  const losses: number[] = [];
  for (let index = 0; index < run.losses.length; index++) {
    const outputs = await executable.run({
      data: batchOf(curve, index),
      scalars: { ...optimizerScalars(optimizer, index + 1), lr: optimizer.lr, seed: 1 },
    });
    losses.push(outputs.get('loss')![0]!);
  }
  executable.dispose();
  store.dispose();
  return losses;
}

function batchOf({ input, batchSize, task }: LongCurve, batch: number): Map<string, TensorData> {
  const [channels, rows, columns] = input;
  const images = new Float32Array(batchSize * channels * rows * columns);
  const masks = new Float32Array(images.length);
  const labels = new Int32Array(batchSize);
  let at = 0;
  for (let n = 0; n < batchSize; n++) {
    const k = batch * batchSize + n;
    labels[n] = (7 * k) % 10;
    const bar = Math.floor(4 + ((rows - 9) * labels[n]!) / 9 + 0.5);
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++, at++) {
          const marked = task === 'segmentation' ? inCell(k, y, x) : Math.abs(y - bar) <= 1;
          const noise = (7 * x + 13 * y + 3 * x * y + 29 * k + 11 * c) % 64;
          images[at] = ((marked ? 128 : 0) + noise) / 256;
          masks[at] = marked ? 1 : 0;
        }
      }
    }
  }
  return new Map<string, TensorData>([
    ['input0', images],
    ['target', task === 'segmentation' ? masks : labels],
  ]);
}

function inCell(k: number, y: number, x: number): boolean {
  const dx = x - 12 - ((23 * k) % 41);
  const dy = y - 12 - ((17 * k) % 41);
  const radius = 6 + ((5 * k) % 7);
  return dx * dx + dy * dy < radius * radius;
}
