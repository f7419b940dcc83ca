/** @file What an engine needs to train or to predict: made where tracing is possible, sent to where the device is. */
import type { Dataset, Sample } from '../dataset/dataset';
import type { Graph } from '../graph/ir';
import type { InitStep, StateEntry } from '../graph/tracedModel';
import type { DeviceChoice, ResolvedExperiment } from './experiment';

/** A forward graph (data input `input0`, output `output0`) traced for one batch size. */
export interface BatchGraph {
  readonly batch: number;
  readonly graph: Graph;
}

/** All that a training run needs, made by whoever can trace (extension host, CLI). */
export interface TrainingJob {
  readonly runId: string;
  readonly experiment: ResolvedExperiment;
  readonly dataset: Pick<Dataset, 'root' | 'task' | 'classes' | 'maskEncoding'>;
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  /** For `batchSize` and for the last, smaller batch where there is one. */
  readonly trainGraphs: readonly BatchGraph[];
  readonly evalGraphs: readonly BatchGraph[];
  readonly state: readonly StateEntry[];
  readonly init: readonly InitStep[];
  /** safetensors to start from instead of `init`. */
  readonly initialWeights: Uint8Array<ArrayBuffer> | null;
  /** Continue from here: contents of last.safetensors and its trainer state. */
  readonly resume: {
    readonly weights: Uint8Array<ArrayBuffer>;
    readonly trainerState: Uint8Array<ArrayBuffer>;
  } | null;
  /** Stop after this many steps; null: run all epochs. */
  readonly maxSteps: number | null;
  readonly device: DeviceChoice;
}

export interface PredictionJob {
  readonly experiment: ResolvedExperiment;
  readonly classes: readonly string[];
  /** Eval graph for one image. */
  readonly graph: Graph;
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly device: DeviceChoice;
}
