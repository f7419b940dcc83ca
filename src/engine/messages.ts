/** @file What the page and the engine worker say to each other. Everything is structured-cloneable. */
import type { Dataset, Sample } from '../core/dataset/dataset';
import type { Graph } from '../core/graph/ir';
import type { InitStep, StateEntry } from '../core/graph/tracedModel';
import type { DeviceChoice, ResolvedExperiment } from '../core/runs/experiment';
import type { DeviceInfo, PinnedPreview, TrainEvent } from '../core/runs/run';

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

/** A prediction at the image's own size. */
export interface Prediction {
  readonly preview: PinnedPreview;
  /** For classification: probability by class index. */
  readonly probabilities: readonly number[] | null;
  readonly device: DeviceInfo;
  readonly milliseconds: number;
}

export type ToWorker =
  | { readonly kind: 'boot'; readonly ortWasm: ArrayBuffer }
  | { readonly kind: 'train'; readonly job: TrainingJob }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'predict';
      readonly request: number;
      readonly job: PredictionJob;
      readonly image: Uint8Array<ArrayBuffer>;
      readonly name: string;
    }
  /** Answers `readFile`; `bytes` null with `error` where it could not be read. */
  | {
      readonly kind: 'file';
      readonly request: number;
      readonly bytes: Uint8Array<ArrayBuffer> | null;
      readonly error: string | null;
    }
  /** The host is alive; without one for ten minutes a run saves and pauses. */
  | { readonly kind: 'heartbeat' };

export type FromWorker =
  | { readonly kind: 'booted'; readonly webgpu: DeviceInfo | null; readonly webgpuMissing: string | null }
  | { readonly kind: 'event'; readonly runId: string; readonly event: TrainEvent }
  /** Path relative to the dataset's root. */
  | { readonly kind: 'readFile'; readonly request: number; readonly path: string }
  | {
      readonly kind: 'prediction';
      readonly request: number;
      readonly prediction: Prediction | null;
      readonly error: string | null;
    };
