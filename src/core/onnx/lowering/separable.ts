/** @file Linear maps of an image that act on rows and columns apart: Y = H · X · Wᵀ for each channel. */
import type { OnnxEmitter } from '../onnxEmitter';

/** Row-major, output positions × input positions of one axis. */
export interface AxisMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** value: N×C×h.columns×w.columns → N×C×h.rows×w.rows */
export function applyAlongAxes(onnx: OnnxEmitter, value: string, h: AxisMatrix, w: AxisMatrix): string {
  const right = isIdentity(w) ? value : onnx.add('MatMul', [value, constant(onnx, transposed(w))]);
  return isIdentity(h) ? right : onnx.add('MatMul', [constant(onnx, h), right]);
}

/** The gradient of `applyAlongAxes`: N×C×h.rows×w.rows → N×C×h.columns×w.columns */
export function applyTransposedAlongAxes(
  onnx: OnnxEmitter,
  value: string,
  h: AxisMatrix,
  w: AxisMatrix,
): string {
  return applyAlongAxes(onnx, value, transposed(h), transposed(w));
}

function transposed({ rows, columns, values }: AxisMatrix): AxisMatrix {
  const flipped = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      flipped[column * rows + row] = values[row * columns + column]!;
    }
  }
  return { rows: columns, columns: rows, values: flipped };
}

function isIdentity({ rows, columns, values }: AxisMatrix): boolean {
  return rows === columns && values.every((value, i) => value === (i % (columns + 1) === 0 ? 1 : 0));
}

function constant(onnx: OnnxEmitter, { rows, columns, values }: AxisMatrix): string {
  return onnx.floats([rows, columns], values);
}
