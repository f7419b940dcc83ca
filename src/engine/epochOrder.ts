/** @file Which samples make which batch of which epoch. */
import type { Sample } from '../core/dataset/dataset';
import { randomPermutation } from '../core/random/randomPermutation';

/** The training samples of one epoch, in order; the same seed and epoch always give the same order. */
export function epochOrder(
  samples: readonly Sample[],
  shuffle: boolean,
  seed: number,
  epoch: number,
): readonly Sample[] {
  if (!shuffle) return samples;
  return randomPermutation(samples.length, seed + epoch).map((index) => samples[index]!);
}

/** Consecutive batches; the last one holds what is left. */
export function inBatches<T>(items: readonly T[], batchSize: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    batches.push(items.slice(start, start + batchSize));
  }
  return batches;
}
