/** @file Which samples are held out for validation. */
import { TorchGenerator } from '../random/torchGenerator';

export interface SplitSamples<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
}

/**
 * The first round(n · (1 − fraction)) of `torch.randperm(n)` under `seed` are for training, the rest is held out, as
 * `torch.utils.data.random_split` deals them; both keep their order in `samples`. With more than one sample and
 * a fraction above 0, neither part is empty.
 * @param fraction held out, in [0, 1)
 */
export function splitSamples<T>(samples: readonly T[], fraction: number, seed: number): SplitSamples<T> {
  const count = samples.length;
  if (fraction <= 0 || count < 2) return { train: [...samples], validation: [] };
  const heldOut = Math.min(Math.max(Math.round(count * fraction), 1), count - 1);
  const order = new TorchGenerator(seed).randperm(count);
  const validation = new Set(order.subarray(count - heldOut));
  return {
    train: samples.filter((_, index) => !validation.has(index)),
    validation: samples.filter((_, index) => validation.has(index)),
  };
}
