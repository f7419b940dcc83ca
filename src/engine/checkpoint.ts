/** @file Weights and optimizer state as the two files of a checkpoint, and back. */
import type { StateEntry } from '../core/graph/tracedModel';
import type { StateInit } from '../core/passes/trainingStep';
import { initialState } from '../core/random/initialState';
import type { TrainingJob } from '../core/runs/job';
import type { TrainerPosition } from '../core/runs/run';
import { matchWeights } from '../core/weights/matchWeights';
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from '../core/weights/safetensors';
import type { TensorData } from './backend';
import { TrainingError } from './trainingError';

export interface Checkpoint {
  /** Everything the backend holds: parameters, buffers, optimizer state. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** `num_batches_tracked` and the like, which the trainer counts. */
  readonly counters: ReadonlyMap<string, number>;
  readonly position: TrainerPosition;
}

const BEGINNING: TrainerPosition = { step: 0, epoch: 1, batch: 0, best: null };
const POSITION_KEY = 'cnnlab.position';
