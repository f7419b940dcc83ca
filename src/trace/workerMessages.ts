/** @file What the trace client and its worker threads say to each other. */
import type { PythonEnvironment } from '../core/graph/tracedModel';

export interface ToWorker {
  readonly id: number;
  /** A `TraceRequest` as JSON, without its environment: paths of this machine stay outside of the realm. */
  readonly request: string;
  readonly environment: PythonEnvironment | null;
  /** Modules to import before. */
  readonly preload: readonly string[];
}

export type FromWorker =
  /** Booted; writing 2 into `interrupt` raises KeyboardInterrupt in Python. */
  | { readonly kind: 'ready'; readonly interrupt: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'started'; readonly id: number }
  /** Packages are imported, which takes longer than a trace; `started` comes again when that is done. */
  | { readonly kind: 'importing'; readonly id: number; readonly names: readonly string[] }
  /** Python holds packages of another environment: the worker must be replaced. */
  | { readonly kind: 'stale'; readonly id: number }
  /** A `WorkerAnswer` as JSON. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer: string }
  /** Python itself broke: the worker must be replaced. */
  | { readonly kind: 'broken'; readonly id: number };
