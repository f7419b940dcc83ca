/** @file Which WebGPU adapter there is, in words for people, or why there is none. */
import type { DeviceInfo } from '../../src/core/runs/run';
import { adapterName } from '../../src/engine/webgpu/adapterName';

export interface GpuFound {
  readonly webgpu: DeviceInfo | null;
  readonly webgpuMissing: string | null;
}

export async function probeGpu(gpu: GPU | undefined): Promise<GpuFound> {
  if (!gpu) return { webgpu: null, webgpuMissing: 'This editor offers no WebGPU.' };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter)
      return { webgpu: null, webgpuMissing: 'WebGPU is there, but it found no graphics adapter.' };
    return {
      webgpu: { backend: 'webgpu', description: adapterName(adapter.info), fallbackReason: null },
      webgpuMissing: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { webgpu: null, webgpuMissing: `WebGPU could not be asked for an adapter: ${reason}` };
  }
}
