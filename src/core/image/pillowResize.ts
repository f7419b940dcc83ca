/**
 * @file Pillow's bilinear `Image.resize` for 8-bit samples, equal bit for bit (src/libImaging/Resample.c): what
 * torchvision's `Resize` does to an opened image. Weights are fixed-point numbers of 22 bits, and each of the two
 * passes rounds to 8 bits.
 */

const PRECISION_BITS = 22;

interface Taps {
  /** First input position of each output position, and how many follow. */
  readonly start: Int32Array;
  readonly count: Int32Array;
  /** `size` weights for each output position. */
  readonly weights: Int32Array;
  readonly size: number;
}

/** One plane, height × width. */
export function pillowResize(
  plane: Uint8Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Uint8Array {
  const narrow = width === outWidth ? plane : resizeRows(plane, width, height, bilinearTaps(width, outWidth));
  return height === outHeight ? narrow : resizeColumns(narrow, outWidth, bilinearTaps(height, outHeight));
}

/** A triangle as wide as the scale when shrinking, cut at the border and made to sum to one. */
function bilinearTaps(inSize: number, outSize: number): Taps {
  const scale = inSize / outSize;
  const support = Math.max(scale, 1);
  const size = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * size);
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inSize);
    const exact: number[] = [];
    for (let index = first; index < end; index++) {
      exact.push(Math.max(1 - Math.abs((index - center + 0.5) * (1 / support)), 0));
    }
    const total = exact.reduce((sum, weight) => sum + weight, 0);
    start[out] = first;
    count[out] = exact.length;
    exact.forEach((weight, k) => {
      weights[out * size + k] = Math.trunc(0.5 + weight * (1 / total) * 2 ** PRECISION_BITS);
    });
  }
  return { start, count, weights, size };
}

function resizeRows(plane: Uint8Array, width: number, height: number, taps: Taps): Uint8Array {
  const { start, count, weights, size } = taps;
  const outWidth = start.length;
  const result = new Uint8Array(outWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = y * width + start[x]!;
      let sum = 1 << (PRECISION_BITS - 1);
      for (let k = 0; k < count[x]!; k++) sum += plane[from + k]! * weights[x * size + k]!;
      result[y * outWidth + x] = toByte(sum);
    }
  }
  return result;
}

function resizeColumns(plane: Uint8Array, width: number, taps: Taps): Uint8Array {
  const { start, count, weights, size } = taps;
  const outHeight = start.length;
  const result = new Uint8Array(width * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < width; x++) {
      const from = start[y]! * width + x;
      let sum = 1 << (PRECISION_BITS - 1);
      for (let k = 0; k < count[y]!; k++) sum += plane[from + k * width]! * weights[y * size + k]!;
      result[y * width + x] = toByte(sum);
    }
  }
  return result;
}

function toByte(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
