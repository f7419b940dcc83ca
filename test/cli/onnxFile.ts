/** @file Any ONNX runtime's view of an exported model: ONNX Runtime Web, straight from the file. */
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { wasmBinary } from '../engine/wasm/ortWasm';

/** The values of `output` for one `input`. */
export async function runOnnx(
  path: string,
  input: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  ort.env.wasm.wasmBinary = wasmBinary.buffer.slice(
    wasmBinary.byteOffset,
    wasmBinary.byteOffset + wasmBinary.length,
  );
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(path)));
  const { output } = await session.run({ input: new ort.Tensor('float32', input, shape) });
  if (!(output?.data instanceof Float32Array)) throw new Error('the model has no float32 output');
  return output.data;
}
