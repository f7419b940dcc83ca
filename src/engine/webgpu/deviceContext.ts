/** @file A device with what everything on it shares: counters, its failure if it has one, error scopes as errors. */

/** Since the backend was made. What a run costs is asserted in tests, never timed. */
export interface DeviceCounters {
  buffersCreated: number;
  submissions: number;
  dispatches: number;
}

export class DeviceContext {
  readonly counters: DeviceCounters = { buffersCreated: 0, submissions: 0, dispatches: 0 };
  /** Resolves with a sentence when the device is lost other than by `destroy`. */
  readonly lost: Promise<string>;
  private failureText: string | null = null;
  private destroyed = false;

  constructor(
    readonly device: GPUDevice,
    /** Lanes of a subgroup where all have as many; null where kernels may not use them. */
    readonly subgroupSize: number | null,
  ) {
    this.lost = new Promise((resolve) => {
      void device.lost.then(({ reason, message }) => {
        if (this.destroyed) return;
        const text = `The GPU was lost (${message || reason}). Training can continue from its last checkpoint.`;
        this.failureText = text;
        resolve(text);
      });
    });
    device.addEventListener('uncapturederror', (event) => {
      this.failureText ??= `The GPU reported an error: ${(event as GPUUncapturedErrorEvent).error.message}`;
    });
  }

  createBuffer(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    this.counters.buffersCreated++;
    return this.device.createBuffer({ label, size, usage });
  }

  submit(commands: GPUCommandBuffer): void {
    this.counters.submissions++;
    this.device.queue.submit([commands]);
  }

  /** @throws Error once the device is lost, destroyed or has reported an error that nobody expected. */
  check(): void {
    if (this.destroyed) throw new Error('This GPU backend was disposed.');
    if (this.failureText !== null) throw new Error(this.failureText);
  }

  /** The reason that users should read: the device's own failure, if it has one, rather than what followed from it. */
  reason(error: unknown): Error {
    if (this.failureText !== null) return new Error(this.failureText);
    if (this.destroyed) return new Error('This GPU backend was disposed.');
    return error instanceof Error ? error : new Error(String(error));
  }

  /** Runs `work` and throws what the device has to object to it. Labels name the op. */
  async scoped<T>(purpose: string, work: () => T): Promise<T> {
    this.check();
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    let result: T;
    try {
      result = work();
    } finally {
      const [validation, memory] = await Promise.all([
        this.device.popErrorScope(),
        this.device.popErrorScope(),
      ]);
      if (memory) {
        // biome-ignore lint/correctness/noUnsafeFinally: the device's report outranks what it led to
        throw new Error(`${purpose}: the GPU is out of memory. Use a smaller input size or batch size.`);
      }
      // biome-ignore lint/correctness/noUnsafeFinally: as above
      if (validation) throw new Error(`${purpose}: ${validation.message}`);
    }
    return result;
  }

  destroy(): void {
    this.destroyed = true;
    this.device.destroy();
  }
}
