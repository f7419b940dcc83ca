/** @file Means of losses and metrics over the samples of an epoch. */
import type { Metrics } from '../core/runs/run';

/** Each added value counts as often as its batch has samples. */
export class MetricMean {
  private readonly sums = new Map<string, number>();
  private samples = 0;

  add(metrics: Metrics, samples: number): void {
    for (const [name, value] of Object.entries(metrics)) {
      this.sums.set(name, (this.sums.get(name) ?? 0) + value * samples);
    }
    this.samples += samples;
  }

  /** Empty when nothing was added. */
  get mean(): Metrics {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum / this.samples]));
  }
}
