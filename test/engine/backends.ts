/** @file Both backends, for tests that hold of either. WebGPU must have its adapter: without one they fail. */
import { requestDawnAdapter } from '../../src/cli/dawn';
import type { Backend } from '../../src/engine/backend';
import { createWasmBackend } from '../../src/engine/wasm/wasmBackend';
import { createWebgpuBackend } from '../../src/engine/webgpu/webgpuBackend';
import { wasmBinary } from './wasm/ortWasm';

export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  wasm: () => createWasmBackend({ wasmBinary, fallbackReason: null }),
  webgpu: async () => {
    const { gpu, adapter } = await requestDawnAdapter();
    return createWebgpuBackend(gpu, { adapter });
  },
};
