/** @file Which samples make which batch of which epoch. */
import type { Sample } from '../core/dataset/dataset';
import { TorchGenerator } from '../core/random/torchGenerator';

/** The training samples of one epoch, in order; the same seed and epoch always give the same order. */
export function epochOrder(
  samples: readonly Sample[],
  shuffle: boolean,
  seed: number,
  epoch: number,
): readonly Sample[] {
  if (!shuffle) return samples;
  const order = new TorchGenerator(seed + epoch).randperm(samples.length);
  return Array.from(order, (index) => samples[index]!);
}

/** Consecutive batches; the last one holds what is left. */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    batches.push(items.slice(start, start + batchSize));
  }
  return batches;
}
