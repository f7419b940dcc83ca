/** @file The device of a headless run: the processor unless WebGPU is asked for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceChoice } from '../core/runs/experiment';
import type { Backend } from '../engine/backend';
import { createWasmBackend } from '../engine/wasm/wasmBackend';
import { createWebgpuBackend } from '../engine/webgpu/webgpuBackend';
import { CommandError } from './commandError';
import { requestDawnAdapter } from './dawn';

/**
 * `auto` is the processor here: which Vulkan driver a machine without a screen has is a gamble, and scripts want the
 * same answer everywhere. A `webgpu` that cannot be had is an error, not a quiet fallback.
 * @param dist folder of the bundles
 * @throws CommandError where WebGPU was asked for and there is none
 */
export async function nodeBackend(choice: DeviceChoice, dist: string): Promise<Backend> {
  if (choice === 'webgpu') {
    try {
      const { gpu } = await requestDawnAdapter();
      return await createWebgpuBackend(gpu);
    } catch (error) {
      throw new CommandError(error instanceof Error ? error.message : String(error), 'Or use --device wasm.');
    }
  }
  const wasmBinary = await readFile(join(dist, 'webview', 'ort-wasm-simd-threaded.wasm'));
  // One thread, as in the editor: a second one gains little on small images and loses on a busy machine.
  return createWasmBackend({ wasmBinary });
}
