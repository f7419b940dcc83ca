/** @file The interface between extension host and panel: two plain interfaces, carried by birpc over postMessage. */

import type { Diagnostic, ModelArguments, TracedModel } from '../core/graph/tracedModel';
import type { Experiment } from '../core/runs/experiment';
import type { DeviceInfo, RunRecord, TrainEvent } from '../core/runs/run';
import type { BulkPiece, WireEvent } from './bulk';

/** Failures travel as values: what went wrong and what to do. */
export type Result<T> = { readonly ok: T } | { readonly error: string; readonly hint?: string };

/** What the Train form shows; the user may change any of it before starting. */
export interface TrainingDraft {
  readonly experiment: Experiment;
  readonly modelFile: string;
  readonly modelClass: string;
  readonly datasetName: string;
  readonly datasetSummary: string;
  /** Constructor parameters, in order, with the default's Python text where there is one. */
  readonly constructorParameters: readonly { readonly name: string; readonly defaultText: string | null }[];
  readonly args: ModelArguments;
  readonly problems: readonly string[];
}

/** A job as the engine wants it (`TrainingJob` of engine/messages), and where its files are reachable from the page. */
export interface PanelJob<Job> {
  readonly job: Job;
  /** Webview URI of the dataset's root, without a trailing slash. */
  readonly datasetUri: string;
}

export interface ArchitectureView {
  readonly model: TracedModel;
  readonly diagnostics: readonly Diagnostic[];
}

/** Everything the page needs to draw itself from nothing. */
export interface PanelSnapshot {
  readonly view: 'architecture' | 'train' | 'preview';
  readonly architecture: ArchitectureView | null;
  readonly draft: TrainingDraft | null;
  readonly run: RunRecord | null;
  /** The run's events so far (step, epoch and warning events), for the curves. */
  readonly history: readonly TrainEvent[];
  /** True where this page's worker should be training the run but a reload lost it. */
  readonly canResume: boolean;
}

export interface PreviewRequest<Job> {
  readonly job: Job;
  readonly imageUri: string;
  /** The image itself, where it lies outside of what the page may fetch; absent or null: fetch `imageUri`. */
  readonly imageBytes?: Uint8Array<ArrayBuffer> | null;
  readonly imageName: string;
  readonly runName: string;
  /** Other runs that could be shown instead. */
  readonly runs: readonly { readonly id: string; readonly label: string }[];
}

/** `train` asks for a new draft, `preview` for an image, `showArchitecture` for a model file. */
export type PanelCommand = 'train' | 'preview' | 'showArchitecture';

/** The panel calls these on the host. */
export interface HostApi<Job, PredictJob> {
  /** At every start of the page. */
  hello(hello: { readonly bootId: string; readonly runId: string | null }): Promise<PanelSnapshot>;
  /** Traces, checks and makes the job; errors name what to mend. */
  start(experiment: Experiment): Promise<Result<PanelJob<Job>>>;
  /** Continues the run from its last checkpoint. */
  resumeRun(runId: string): Promise<Result<PanelJob<Job>>>;
  /** A piece of a large array that a later event refers to, see bulk.ts. */
  piece(piece: BulkPiece): Promise<void>;
  /** Numbered by the page from 1; checkpoints included. The host writes the run folder. Gaps are asked for again. */
  events(
    runId: string,
    firstNumber: number,
    events: readonly WireEvent[],
  ): Promise<{ readonly received: number }>;
  reveal(file: string, line: number, column: number): Promise<void>;
  saveExperiment(experiment: Experiment): Promise<Result<string>>;
  openRunFolder(runId: string): Promise<void>;
  deviceFound(device: DeviceInfo | null, missing: string | null): Promise<void>;
  previewWith(runId: string): Promise<Result<PreviewRequest<PredictJob>>>;
  /** What an empty view's button, or the one after a run, asks for; the host goes on as if the palette had. */
  command(name: PanelCommand): Promise<void>;
  log(level: 'info' | 'warn' | 'error', message: string): Promise<void>;
}

/** The host calls these on the panel. */
export interface PanelApi<PredictJob> {
  show(snapshot: PanelSnapshot): Promise<void>;
  architecture(view: ArchitectureView): Promise<void>;
  control(action: 'pause' | 'resume' | 'stop'): Promise<void>;
  preview(request: PreviewRequest<PredictJob>): Promise<void>;
  heartbeat(): Promise<void>;
  /** The node under the editor's cursor, to be highlighted in the diagram. */
  cursor(file: string, line: number): Promise<void>;
}

/**
 * What the page finds in the JSON of `<script type="application/json" id="cnn-lab-resources">`: webview URIs of
 * files that its worker cannot load by itself, because it runs from a blob.
 */
export interface PanelResources {
  /** One-file bundle of the engine worker: fetch it, make a Blob, start the worker from that. */
  readonly engineWorker: string;
  /** ONNX Runtime's wasm binary, posted to the worker as bytes. */
  readonly ortWasm: string;
  /** Every `<style>` and `<script>` that the page adds must carry it. */
  readonly nonce: string;
}
