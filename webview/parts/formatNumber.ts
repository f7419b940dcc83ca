/** @file Numbers as people read them: three digits that matter, and a unit. */

const thin = '\u202f';

/** 845 → `845`, 37 600 → `37.6 k`, 31 036 481 → `31.0 M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  const [divisor, unit] = count < 999_950 ? [1e3, 'k'] : count < 999_950_000 ? [1e6, 'M'] : [1e9, 'G'];
  const value = count / divisor;
  return `${value.toFixed(value < 99.95 ? 1 : 0)}${thin}${unit}`;
}

/** `1:12`, `12:05`, `3 h 20 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  return `${Math.floor(whole / 3600)}${thin}h ${Math.floor((whole % 3600) / 60)}${thin}min`;
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)}${thin}ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)}${thin}ms`;
  return `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 1 : 0)}${thin}s`;
}

/** A share in [0, 1]: `12.5 %`; what is there but rounds to nothing is `< 0.1 %`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return `<${thin}0.1${thin}%`;
  return `${(share * 100).toFixed(1)}${thin}%`;
}

/** A loss or a metric: three significant digits, never in powers of ten where it can be read without. */
export function formatMetric(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(3);
}
