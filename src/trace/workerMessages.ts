/** @file What the trace client and its worker threads say to each other. */

export interface ToWorker {
  readonly id: number;
  /** A `TraceRequest` as JSON. */
  readonly request: string;
}

export type FromWorker =
  /** Booted; writing 2 into `interrupt` raises KeyboardInterrupt in Python. */
  | { readonly kind: 'ready'; readonly interrupt: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'started'; readonly id: number }
  /** A `WorkerAnswer` as JSON. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer: string }
  /** Python itself broke: the worker must be replaced. */
  | { readonly kind: 'broken'; readonly id: number };
