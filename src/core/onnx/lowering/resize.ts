/** @file ONNX lowerings of resizing: two products with the dense matrices of PyTorch's sampling rules. */
import type { InterpolateAttributes } from '../../ops/attributes';
import { resizeTaps } from '../../ops/resizeTaps';
import type { OnnxEmitter } from '../onnxEmitter';
import type { OnnxLowerings } from './onnxLowering';
import { type AxisMatrix, applyAlongAxes, applyTransposedAlongAxes } from './separable';

export const resize: OnnxLowerings<'interpolate' | 'interpolate_backward'> = {
  interpolate: (onnx, { inputs, inputTypes, attributes }) => {
    const [, , height, width] = inputTypes[0]!.shape;
    return [applyAlongAxes(onnx, inputs[0]!, ...matrices([height!, width!], attributes))];
  },
  interpolate_backward: (onnx: OnnxEmitter, { inputs, attributes }) => [
    applyTransposedAlongAxes(onnx, inputs[0]!, ...matrices(attributes.input_size, attributes)),
  ],
};

function matrices(
  from: readonly [number, number],
  attributes: InterpolateAttributes,
): [AxisMatrix, AxisMatrix] {
  const { size, mode, align_corners, antialias } = attributes;
  return [axisMatrix(from[0], size[0]), axisMatrix(from[1], size[1])];

  function axisMatrix(columns: number, rows: number): AxisMatrix {
    const values = new Float32Array(rows * columns);
    const taps = resizeTaps(columns, rows, mode, align_corners, antialias);
    taps.weights.forEach((weights, row) => {
      weights.forEach((weight, k) => {
        values[row * columns + taps.start[row]! + k] = weight;
      });
    });
    return { rows, columns, values };
  }
}
