/** @file Counts what any library asks of WebGPU, by wrapping the API's own methods. */

export interface GpuCounters {
  dispatches: number;
  submissions: number;
  buffers: number;
  pipelines: number;
  /** Of buffers that exist now. */
  liveBytes: number;
  peakBytes: number;
}

/** To be called once, before the library makes its device. */
export function countGpuCalls(): GpuCounters {
  const counters = { dispatches: 0, submissions: 0, buffers: 0, pipelines: 0, liveBytes: 0, peakBytes: 0 };
  const live = new WeakMap<GPUBuffer, number>();
  const count = (field: 'dispatches' | 'submissions' | 'pipelines') => () => {
    counters[field]++;
  };
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', count('dispatches'));
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', count('dispatches'));
  wrap(GPUQueue.prototype, 'submit', count('submissions'));
  wrap(GPUDevice.prototype, 'createComputePipeline', count('pipelines'));
  wrap(GPUDevice.prototype, 'createComputePipelineAsync', count('pipelines'));
  wrap(GPUDevice.prototype, 'createBuffer', (result) => {
    const buffer = result as GPUBuffer;
    counters.buffers++;
    counters.liveBytes += buffer.size;
    counters.peakBytes = Math.max(counters.peakBytes, counters.liveBytes);
    live.set(buffer, buffer.size);
  });
  wrap(GPUBuffer.prototype, 'destroy', (_, buffer) => {
    counters.liveBytes -= live.get(buffer as GPUBuffer) ?? 0;
    live.delete(buffer as GPUBuffer);
  });
  return counters;
}

function wrap(prototype: object, name: string, after: (result: unknown, self: unknown) => void): void {
  const original = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  Reflect.set(prototype, name, function wrapped(this: unknown, ...args: unknown[]) {
    const result = original.apply(this, args);
    after(result, this);
    return result;
  });
}
