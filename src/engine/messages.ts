/** @file What the page and the engine worker say to each other. Everything is structured-cloneable. */
import type { PredictionJob, TrainingJob } from '../core/runs/job';
import type { DeviceInfo, PinnedPreview, TrainEvent } from '../core/runs/run';

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
