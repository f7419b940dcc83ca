/** @file Sets up ONNX Runtime Web's CPU build: one WebAssembly binary that is handed in, never fetched. */
import * as ortWasm from 'onnxruntime-web/wasm';

export type Ort = Pick<typeof ortWasm, 'env' | 'InferenceSession' | 'Tensor'>;

export interface OrtOptions {
  /** Contents of `ort-wasm-simd-threaded.wasm`. */
  readonly wasmBinary: ArrayBuffer | Uint8Array;
  /**
   * Only with `ort`: webviews have no SharedArrayBuffer, and in Node the bundled build cannot start its threads, while
   * `onnxruntime-web` itself can if `ort-wasm-simd-threaded.mjs` lies beside the bundle. The runtime starts once a
   * process (or worker), so only the first call's settings count.
   */
  readonly numThreads?: number;
  /** Another build with the same interface. */
  readonly ort?: Ort;
}

/** Failures come as exceptions; the runtime need not print them as well. */
export const quietSession = { logSeverityLevel: 4 } as const;

export interface OrtRuntime {
  readonly ort: Ort;
  readonly threads: number;
}

export function loadOrt({ wasmBinary, numThreads = 1, ort }: OrtOptions): OrtRuntime {
  const runtime = ort ?? ortWasm;
  const threads = ort ? numThreads : 1;
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmBinary = wasmBinary;
  runtime.env.logLevel = 'fatal';
  return { ort: runtime, threads };
}
