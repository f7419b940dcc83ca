/** @file The sample size to train at when nobody names one. */
import type { Dataset } from './dataset';

const LARGEST_SIDE = 256;
/** Four poolings by two, as most U-Nets have, divide this evenly. */
const MULTIPLE = 16;

/**
 * Channels × height × width: the images' most common size, no side above 256 (the ratio is kept), rounded to
 * multiples of 16; smaller images keep their own size.
 */
export function defaultInput({ channels, typicalSize }: Dataset): [number, number, number] {
  const { width, height } = typicalSize;
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height, 1));
  const side = (size: number) =>
    size < MULTIPLE * 2 ? Math.max(1, size) : Math.max(1, Math.round((size * scale) / MULTIPLE)) * MULTIPLE;
  return [channels, side(height), side(width)];
}
