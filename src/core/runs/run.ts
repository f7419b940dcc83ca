/** @file What a run folder holds, and the events that fill it. */
import type { PlateauState } from '../optim/schedules';
import type { ResolvedExperiment } from './experiment';

export type RunState = 'running' | 'paused' | 'stopped' | 'completed' | 'failed' | 'interrupted';

/** Means over an epoch's samples: `loss`, and by task `dice` and `iou`, or `accuracy`. */
export type Metrics = Readonly<Record<string, number>>;

export interface DeviceInfo {
  readonly backend: 'webgpu' | 'wasm';
  /** Adapter or processor, for people. */
  readonly description: string;
  /** Why it is not the device that was asked for, if it is not. */
  readonly fallbackReason: string | null;
}

export interface BestEpoch {
  readonly epoch: number;
  readonly step: number;
  readonly validation: Metrics;
}

/** `run.json`. */
export interface RunRecord {
  readonly schema: 1;
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly updated: string;
  readonly state: RunState;
  readonly experiment: ResolvedExperiment;
  readonly model: { readonly file: string; readonly class: string; readonly parameters: number };
  /** Class names in index order; for segmentation of one foreground ['background', 'foreground']. */
  readonly classes: readonly string[];
  readonly trainSamples: number;
  readonly validationSamples: number;
  readonly device: DeviceInfo | null;
  readonly step: number;
  readonly epoch: number;
  readonly totalSteps: number;
  readonly best: BestEpoch | null;
  readonly error: string | null;
}

export interface StepEvent {
  readonly kind: 'step';
  /** From 1, over the whole run. */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly metrics: Metrics;
  readonly lr: number;
  readonly secondsLeft: number | null;
  readonly millisecondsPerStep: number;
}

export interface EpochEvent {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly step: number;
  readonly train: Metrics;
  /** Empty when nothing is held out. */
  readonly validation: Metrics;
}

/** One pinned validation sample. Pictures are RGBA, `width`×`height`×4; masks one class index a pixel. */
export interface PinnedPreview {
  readonly sample: string;
  readonly width: number;
  readonly height: number;
  readonly image: Uint8Array<ArrayBuffer>;
  readonly truth: Uint8Array<ArrayBuffer> | null;
  readonly prediction: Uint8Array<ArrayBuffer> | null;
  /** Dice of this image, or the probability of the predicted class. */
  readonly score: number;
  /** For classification: predicted and true class index. */
  readonly predictedClass: number | null;
  readonly trueClass: number | null;
}

export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly step: number;
  readonly epoch: number;
  /** safetensors of the state_dict. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** safetensors of optimizer state, with `TrainerPosition` in its metadata. */
  readonly trainerState: Uint8Array<ArrayBuffer>;
  /** These weights are the best so far. */
  readonly isBest: boolean;
  readonly best: BestEpoch | null;
}

export type TrainEvent =
  | { readonly kind: 'device'; readonly device: DeviceInfo }
  | {
      readonly kind: 'progress';
      readonly phase: 'compiling';
      readonly done: number;
      readonly total: number;
    }
  | StepEvent
  | EpochEvent
  | {
      readonly kind: 'pinned';
      readonly step: number;
      readonly epoch: number;
      readonly previews: readonly PinnedPreview[];
    }
  | CheckpointEvent
  | {
      readonly kind: 'state';
      readonly state: RunState;
      readonly error: string | null;
      readonly hint: string | null;
    }
  /** A sample that had to be left out, or anything else worth a line in the panel. */
  | { readonly kind: 'warning'; readonly message: string };

/** Where a run stands, so that resuming continues with the same batches. */
export interface TrainerPosition {
  readonly step: number;
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly batch: number;
  readonly best: BestEpoch | null;
  /** What the plateau schedule remembers; absent or null under others. */
  readonly plateau?: PlateauState | null;
}
