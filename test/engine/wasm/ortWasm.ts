/** @file The WebAssembly binary that tests hand to ONNX Runtime, as the extension does. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const path = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

export const wasmBinary = readFileSync(path);
