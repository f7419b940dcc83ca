/** @file The pinned samples' predictions over time, for the slider. Image and truth are kept once, memory is capped. */
import type { PinnedPreview, TrainEvent } from '../../src/core/runs/run';

export type PinnedEvent = Extract<TrainEvent, { kind: 'pinned' }>;

export interface PinnedFrame {
  readonly step: number;
  readonly epoch: number;
  readonly previews: readonly PinnedPreview[];
}

const defaultCapacity = 96 * 2 ** 20;

export class PinnedHistory {
  private kept: PinnedFrame[] = [];
  private readonly firstOf = new Map<string, PinnedPreview>();

  /** `capacity`: bytes of predictions; pictures that never change are not counted. */
  constructor(private readonly capacity = defaultCapacity) {}

  /** Ascending by step. */
  get frames(): readonly PinnedFrame[] {
    return this.kept;
  }

  add(event: PinnedEvent): void {
    const previews = event.previews.map((preview) => {
      const first = this.firstOf.get(preview.sample);
      if (!first || first.width !== preview.width || first.height !== preview.height) {
        this.firstOf.set(preview.sample, preview);
        return preview;
      }
      return { ...preview, image: first.image, truth: first.truth };
    });
    this.kept = this.kept.filter((frame) => frame.step < event.step);
    this.kept.push({ step: event.step, epoch: event.epoch, previews });
    while (this.bytes() > this.capacity && this.kept.length > 2) this.thin();
  }

  /** Every other frame goes, first and last stay: the slider still spans the whole run. */
  private thin(): void {
    this.kept = this.kept.filter((_, index) => index % 2 === 0 || index === this.kept.length - 1);
  }

  private bytes(): number {
    const size = (frame: PinnedFrame): number =>
      frame.previews.reduce((sum, preview) => sum + (preview.prediction?.byteLength ?? 0), 0);
    return this.kept.reduce((sum, frame) => sum + size(frame), 0);
  }
}
