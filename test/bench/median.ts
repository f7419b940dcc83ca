/** @file The figure that a few slow outliers do not move. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return Number.NaN;
  return sorted.length % 2 ? upper : (upper + sorted[middle - 1]!) / 2;
}
