/** @file The trend in a noisy loss: an exponential mean, without the pull of its start. */

/** About how many steps the mean looks back: longer in longer runs, so that a curve never becomes a hedge. */
export function smoothingSpan(count: number): number {
  return Math.min(200, Math.max(2, count / 25));
}

/** `s ← β·s + (1 − β)·y`, shown as `s / (1 − βⁿ)` (the bias correction of Adam, arXiv:1412.6980 §3). */
export function smooth(values: ArrayLike<number>, span: number): Float64Array {
  const beta = 1 - 1 / span;
  const result = new Float64Array(values.length);
  let mean = 0;
  let weight = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isFinite(value)) {
      mean = beta * mean + (1 - beta) * value;
      weight = beta * weight + (1 - beta);
    }
    result[index] = weight === 0 ? value : mean / weight;
  }
  return result;
}
