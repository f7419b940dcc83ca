/**
 * @file Buffers that tensors share one after the other. Each slot is a buffer of its own: WebGPU forbids binding one
 * buffer both read-only and writable in a dispatch, whatever the ranges, so one big arena would not do.
 */

export class SlotPool {
  readonly sizes: number[] = [];
  private readonly free = new Set<number>();

  /** The smallest free slot that wastes at most half of itself, else a new one. */
  take(bytes: number): number {
    let best = -1;
    for (const slot of this.free) {
      const size = this.sizes[slot]!;
      if (size >= bytes && size <= 2 * bytes && (best < 0 || size < this.sizes[best]!)) best = slot;
    }
    if (best < 0) return this.sizes.push(bytes) - 1;
    this.free.delete(best);
    return best;
  }

  release(slot: number): void {
    this.free.add(slot);
  }
}
