/** @file Weights and optimizer state as the two files of a checkpoint, and back. */
import type { StateEntry } from '../core/graph/tracedModel';
import { averageOf } from '../core/optim/gradients';
import type { StepState } from '../core/passes/trainingStep';
import { initialState } from '../core/random/initialState';
import type { TrainingJob } from '../core/runs/job';
import type { TrainerPosition } from '../core/runs/run';
import { matchWeights } from '../core/weights/matchWeights';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../core/weights/safetensors';
import { stateDictToSafetensors, stateDictValues } from '../core/weights/stateDict';
import type { StateSpec, TensorData } from './backend';
import { TrainingError } from './trainingError';

export interface Checkpoint {
  /** Everything the backend holds: parameters, buffers, optimizer state. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** `num_batches_tracked` and the like, which the trainer counts. */
  readonly counters: ReadonlyMap<string, number>;
  readonly position: TrainerPosition;
}

const BEGINNING: TrainerPosition = { step: 0, epoch: 1, batch: 0, best: null, plateau: null };
const POSITION_KEY = 'cnnlab.position';

/**
 * What a new run starts from: the job's weights, else what the constructors drew under the experiment's seed.
 * @throws TrainingError when the weights do not fit the model
 */
export function startingState(job: TrainingJob, specs: readonly StepState[]): Checkpoint {
  const weights = job.initialWeights
    ? modelValues(job.initialWeights, job.state, 'The initial weights')
    : initialState(job.state, job.init, job.experiment.seed);
  return { ...split(weights, specs), position: BEGINNING };
}

/** @throws TrainingError when the files are not of this model */
export function readCheckpoint(
  job: TrainingJob,
  specs: readonly StepState[],
  { weights, trainerState }: NonNullable<TrainingJob['resume']>,
): Checkpoint {
  const optimizer = parse(trainerState, 'The saved optimizer state');
  const position = positionOf(optimizer);
  const entries = specs.filter(({ init }) => init !== 'model').map(entryOf);
  const all = new Map<string, TensorData>(modelValues(weights, job.state, 'The checkpoint'));
  requireMatch(optimizer, entries, 'The saved optimizer state');
  for (const [name, values] of stateDictValues(optimizer, entries)) all.set(name, values as TensorData);
  return { ...split(exchangeAverages(all, specs), specs), position };
}

/** How many steps the trainer state has behind it. @throws TrainingError when it is none */
export function checkpointStep(trainerState: Uint8Array<ArrayBuffer>): number {
  return positionOf(parse(trainerState, 'The saved optimizer state')).step;
}

/** `weights` loads in PyTorch as it is; `trainerState` is ours. */
export function writeCheckpoint(
  state: readonly StateEntry[],
  specs: readonly StepState[],
  { tensors, counters, position }: Checkpoint,
): { weights: Uint8Array<ArrayBuffer>; trainerState: Uint8Array<ArrayBuffer> } {
  const values = exchangeAverages(new Map<string, ArrayLike<number>>(tensors), specs);
  for (const { name, dtype } of state) {
    if (!values.has(name) && dtype === 'int64') values.set(name, [counters.get(name) ?? 0]);
  }
  const slots = specs
    .filter(({ init }) => init !== 'model')
    .map(({ name, type }) => ({
      name,
      shape: type.shape,
      dtype: 'F32' as const,
      values: values.get(name)!,
    }));
  return {
    weights: stateDictToSafetensors(state, values),
    trainerState: writeSafetensors(slots, { [POSITION_KEY]: JSON.stringify(position) }),
  };
}

/** Where a moving average of the weights is kept, people get that as the weights, and trainer state holds the others. */
function exchangeAverages<T>(values: Map<string, T>, specs: readonly StepState[]): Map<string, T> {
  for (const name of specs.flatMap((spec) => (spec.init === 'model' ? [spec.name] : []))) {
    const [weights, average] = [values.get(name), values.get(averageOf(name))];
    if (weights === undefined || average === undefined) continue;
    values.set(name, average).set(averageOf(name), weights);
  }
  return values;
}

/**
 * The values that a graph for inference asks for.
 * @throws TrainingError when the file lacks one or has it in another shape
 */
export function weightsFor(
  bytes: Uint8Array<ArrayBuffer>,
  specs: readonly StateSpec[],
): Map<string, TensorData> {
  const file = parse(bytes, 'The weights');
  const entries = specs.map(entryOf);
  // A graph may use fewer tensors than the model saved.
  const used = {
    tensors: new Map([...file.tensors].filter(([name]) => entries.some((e) => e.name === name))),
  };
  requireMatch(used, entries, 'The weights');
  return stateDictValues(file, entries) as Map<string, TensorData>;
}

function entryOf({ name, type }: StateSpec): StateEntry {
  return { name, shape: type.shape, dtype: type.dtype, kind: 'buffer', trainable: false };
}

function positionOf({ metadata }: SafetensorsFile): TrainerPosition {
  const position = metadata[POSITION_KEY];
  if (position !== undefined) return JSON.parse(position) as TrainerPosition;
  throw new TrainingError(
    'The checkpoint does not say where the run stood.',
    'Start a new run with "initialWeights" set to checkpoints/last.safetensors.',
  );
}

function modelValues(
  bytes: Uint8Array<ArrayBuffer>,
  entries: readonly StateEntry[],
  what: string,
): Map<string, TensorData> {
  const file = parse(bytes, what);
  requireMatch(file, entries, what);
  return stateDictValues(file, entries) as Map<string, TensorData>;
}

function parse(bytes: Uint8Array<ArrayBuffer>, what: string): SafetensorsFile {
  const result = readSafetensors(bytes);
  if (!result.ok) throw new TrainingError(`${what}: ${result.problem.message}`, result.problem.hint);
  return result.file;
}

function requireMatch(
  file: Pick<SafetensorsFile, 'tensors'>,
  entries: readonly StateEntry[],
  what: string,
): void {
  const { message } = matchWeights(file, entries);
  if (message) {
    throw new TrainingError(
      `${what} do not fit the model. ${message}`,
      'Use weights of the same model and arguments.',
    );
  }
}

/** `optimizer.<slot>.<parameter>` → `<parameter>` */
function parameterOf(slot: string): string {
  return slot.split('.').slice(2).join('.');
}

/** What the backend holds, apart from what the trainer counts. */
function split(
  values: ReadonlyMap<string, TensorData>,
  specs: readonly StepState[],
): Pick<Checkpoint, 'tensors' | 'counters'> {
  const held = new Set(specs.map(({ name }) => name));
  const counted = [...values].filter(([name, data]) => !held.has(name) && data.length === 1);
  const tensors = specs.map(({ name, type, init }): [string, TensorData] => {
    const size = type.shape.reduce((a, b) => a * b, 1);
    const start = init === 'parameter' ? values.get(parameterOf(name)) : undefined;
    const filled = new Float32Array(size).fill(typeof init === 'number' ? init : 0);
    return [name, values.get(name) ?? start?.slice() ?? filled];
  });
  return {
    tensors: new Map(tensors),
    counters: new Map(counted.map(([name, data]) => [name, data[0]!])),
  };
}
