/** @file ONNX lowerings of adaptive pooling, whose windows differ in size where the output does not divide the input. */
import type { OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, reshape, transpose } from './onnxLowering';
import { scatterAdd } from './pool';
import { type AxisMatrix, applyAlongAxes, applyTransposedAlongAxes } from './separable';

type AdaptivePoolName =
  | 'adaptive_avg_pool2d'
  | 'adaptive_avg_pool2d_backward'
  | 'adaptive_max_pool2d'
  | 'adaptive_max_pool2d_backward';

export const adaptivePool: OnnxLowerings<AdaptivePoolName> = {
  adaptive_avg_pool2d: (onnx, { inputs, inputTypes, outputTypes }) => {
    const [from, to] = [inputTypes[0]!.shape, outputTypes[0]!.shape];
    if (to[2] === 1 && to[3] === 1) return [onnx.add('GlobalAveragePool', inputs)];
    return [
      applyAlongAxes(onnx, inputs[0]!, averageMatrix(from[2]!, to[2]!), averageMatrix(from[3]!, to[3]!)),
    ];
  },
  adaptive_avg_pool2d_backward: (onnx, { inputs, inputTypes, attributes: { input_shape } }) => {
    const to = inputTypes[0]!.shape;
    const [, , height, width] = input_shape as [number, number, number, number];
    if (to[2] === 1 && to[3] === 1) {
      const share = onnx.add('Mul', [inputs[0]!, onnx.float(1 / (height * width))]);
      return [onnx.add('Expand', [share, onnx.ints(input_shape)])];
    }
    const matrices = [averageMatrix(height, to[2]!), averageMatrix(width, to[3]!)] as const;
    return [applyTransposedAlongAxes(onnx, inputs[0]!, ...matrices)];
  },
  adaptive_max_pool2d: (onnx, { inputs, inputTypes, outputTypes }) => {
    const values = windows(onnx, inputs[0]!, inputTypes[0]!.shape, outputTypes[0]!.shape);
    return [onnx.add('ReduceMax', [values], { axes: [4], keepdims: 0 })];
  },
  adaptive_max_pool2d_backward: (onnx, { inputs: [grad, input], inputTypes }) => {
    const from = inputTypes[1]!.shape;
    const to = inputTypes[0]!.shape;
    const values = windows(onnx, input!, from, to);
    const positions = windowPositions(onnx, from, to);
    const winner = onnx.add('ArgMax', [values], { axis: 4, keepdims: 1 });
    const all = onnx.add('Expand', [positions, onnx.add('Shape', [values])]);
    return [scatterAdd(onnx, grad!, onnx.add('GatherElements', [all, winner], { axis: 4 }), from)];
  },
};

/** Window `index` of `count` over `size` elements is [start, end). */
function windowOf(index: number, size: number, count: number): { start: number; end: number } {
  return { start: Math.floor((index * size) / count), end: Math.ceil(((index + 1) * size) / count) };
}

function averageMatrix(columns: number, rows: number): AxisMatrix {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const { start, end } = windowOf(row, columns, rows);
    values.fill(1 / (end - start), row * columns + start, row * columns + end);
  }
  return { rows, columns, values };
}

/** Input indices of each window along one axis; shorter windows repeat their last index, which no maximum minds. */
function gatherTable(size: number, count: number): { indices: number[]; length: number } {
  const all = Array.from({ length: count }, (_, index) => windowOf(index, size, count));
  const length = Math.max(...all.map(({ start, end }) => end - start));
  const indices = all.flatMap(({ start, end }) =>
    Array.from({ length }, (_, offset) => Math.min(start + offset, end - 1)),
  );
  return { indices, length };
}

/** N×C×H×W → N×C×H'×W'×window */
function windows(onnx: OnnxEmitter, input: string, from: readonly number[], to: readonly number[]): string {
  const [, , outHeight, outWidth] = to as [number, number, number, number];
  const rows = gatherTable(from[2]!, outHeight);
  const columns = gatherTable(from[3]!, outWidth);
  const byRows = onnx.add('Gather', [input, onnx.ints(rows.indices)], { axis: 2 });
  const byBoth = onnx.add('Gather', [byRows, onnx.ints(columns.indices)], { axis: 3 });
  const split = reshape(onnx, byBoth, [0, 0, outHeight, rows.length, outWidth, columns.length]);
  const together = transpose(onnx, split, [0, 1, 2, 4, 3, 5]);
  return reshape(onnx, together, [0, 0, outHeight, outWidth, rows.length * columns.length]);
}

/** Where each element of `windows` stands in the whole input, as N×C×H'×W'×window by broadcasting. */
function windowPositions(onnx: OnnxEmitter, from: readonly number[], to: readonly number[]): string {
  const [batch, channels, height, width] = from as [number, number, number, number];
  const [, , outHeight, outWidth] = to as [number, number, number, number];
  const rows = gatherTable(height, outHeight);
  const columns = gatherTable(width, outWidth);
  const inPlane: number[] = [];
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (const row of rows.indices.slice(y * rows.length, (y + 1) * rows.length)) {
        for (const column of columns.indices.slice(x * columns.length, (x + 1) * columns.length)) {
          inPlane.push(row * width + column);
        }
      }
    }
  }
  const planes = Array.from({ length: batch * channels }, (_, plane) => plane * height * width);
  return onnx.add('Add', [
    onnx.ints(planes, [batch, channels, 1, 1, 1]),
    onnx.ints(inPlane, [1, 1, outHeight, outWidth, rows.length * columns.length]),
  ]);
}
