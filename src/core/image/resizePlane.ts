/** @file One plane of numbers to another size. */
import type { AxisTaps } from '../ops/resizeTaps';

/** Rows of `plane` first, then columns: two passes of one axis each, into height × width of `target`. */
export function resizePlane(
  plane: Float32Array,
  planeWidth: number,
  columns: AxisTaps,
  rows: AxisTaps,
  target: Float32Array,
): void {
  const width = columns.start.length;
  const planeHeight = plane.length / planeWidth;
  const narrow = new Float32Array(planeHeight * width);
  for (let y = 0; y < planeHeight; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * planeWidth + columns.start[x]!;
      const weights = columns.weights[x]!;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[from + k]!;
      narrow[y * width + x] = sum;
    }
  }
  for (let y = 0; y < rows.start.length; y++) {
    const weights = rows.weights[y]!;
    for (let x = 0; x < width; x++) {
      const from = rows.start[y]! * width + x;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrow[from + k * width]!;
      target[y * width + x] = sum;
    }
  }
}
