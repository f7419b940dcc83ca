/** @file Which machine runs a job, and the plain words for why it is not the one that was asked for. */
import type { DeviceChoice } from '../core/runs/experiment';
import type { Backend } from './backend';
import { createWasmBackend } from './wasm/wasmBackend';
import { createWebgpuBackend } from './webgpu/webgpuBackend';

export interface BackendSources {
  readonly choice: DeviceChoice;
  /** `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  /** onnxruntime-web's binary. */
  readonly ortWasm: ArrayBuffer;
}

/**
 * `auto` takes WebGPU where an adapter exists, else the processor. A chosen `webgpu` without an adapter also falls
 * back, and says so, rather than leave the user with nothing.
 */
export async function chooseBackend({ choice, gpu, ortWasm }: BackendSources): Promise<Backend> {
  if (choice === 'wasm') return createWasmBackend({ wasmBinary: ortWasm });
  let fallbackReason = 'This editor offers no WebGPU';
  if (gpu) {
    try {
      return await createWebgpuBackend(gpu);
    } catch (error) {
      fallbackReason = error instanceof Error ? error.message : String(error);
    }
  }
  return createWasmBackend({
    wasmBinary: ortWasm,
    fallbackReason: `${fallbackReason.replace(/\.$/, '')}, so the processor does the work: slower, same numbers.`,
  });
}
