/** @file Sets up ONNX Runtime Web's CPU build: one WebAssembly binary that is handed in, never fetched. */
import * as ortWasm from 'onnxruntime-web/wasm';

export type Ort = Pick<typeof ortWasm, 'env' | 'InferenceSession' | 'Tensor'>;

export interface OrtOptions {
  /** Contents of `ort-wasm-simd-threaded.wasm`. */
  readonly wasmBinary: ArrayBuffer | Uint8Array;
  /**
   * 1 unless said: webviews have no SharedArrayBuffer. The runtime starts once a process (or worker), so only the
   * first call's settings count.
   */
  readonly numThreads?: number;
  /** Another build with the same interface. */
  readonly ort?: Ort;
}

export function loadOrt({ wasmBinary, numThreads = 1, ort = ortWasm }: OrtOptions): Ort {
  ort.env.wasm.numThreads = numThreads;
  ort.env.wasm.wasmBinary = wasmBinary;
  ort.env.logLevel = 'error';
  return ort;
}
