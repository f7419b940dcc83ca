/** @file ONNX lowerings of pooling with a fixed window. */
import { elementCount } from '../../graph/ir';
import type { AvgPoolAttributes, MaxPoolAttributes } from '../../ops/attributes';
import type { AttributeValue, OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, padZeros, reshape } from './onnxLowering';
import { type AxisMatrix, applyAlongAxes, applyTransposedAlongAxes } from './separable';

type PoolName = 'max_pool2d' | 'max_pool2d_backward' | 'avg_pool2d' | 'avg_pool2d_backward';

export const pool: OnnxLowerings<PoolName> = {
  max_pool2d: (onnx, { inputs, inputTypes, outputTypes, attributes }) => [
    onnx.add('MaxPool', inputs, maxPoolAttributes(attributes, inputTypes[0]!.shape, outputTypes[0]!.shape)),
  ],
  max_pool2d_backward: (onnx, { inputs: [grad, input], inputTypes, attributes }) => {
    const { shape } = inputTypes[1]!;
    const window = maxPoolAttributes(attributes, shape, inputTypes[0]!.shape);
    const positions = onnx.addAll('MaxPool', [input!], window, 2)[1]!;
    return [scatterAdd(onnx, grad!, positions, shape)];
  },
  avg_pool2d: (onnx, { inputs, inputTypes, outputTypes, attributes }) => {
    const [from, to] = [inputTypes[0]!.shape, outputTypes[0]!.shape];
    if (isPlain(attributes)) {
      const { kernel_size, stride, padding, count_include_pad } = attributes;
      return [
        onnx.add('AveragePool', inputs, {
          kernel_shape: kernel_size,
          strides: stride,
          pads: [...padding, ...padding],
          count_include_pad: count_include_pad ? 1 : 0,
        }),
      ];
    }
    return [applyAlongAxes(onnx, inputs[0]!, ...averageMatrices(attributes, from, to))];
  },
  avg_pool2d_backward: (onnx, { inputs, inputTypes, attributes }) => {
    const from = attributes.input_shape;
    const to = inputTypes[0]!.shape;
    if (isPlain(attributes) && tiles(attributes)) {
      const [kernelHeight, kernelWidth] = attributes.kernel_size;
      const scaled = onnx.add('Mul', [inputs[0]!, onnx.float(1 / (kernelHeight * kernelWidth))]);
      const spread = repeatPixels(onnx, scaled, to, attributes.kernel_size);
      const rest = [0, 0, from[2]! - to[2]! * kernelHeight, from[3]! - to[3]! * kernelWidth];
      return [padZeros(onnx, spread, [0, 0, 0, 0], rest)];
    }
    return [applyTransposedAlongAxes(onnx, inputs[0]!, ...averageMatrices(attributes, from, to))];
  },
};

/** Zeros of `shape` with `values` added at `positions`, which count elements of the whole tensor. */
export function scatterAdd(
  onnx: OnnxEmitter,
  values: string,
  positions: string,
  shape: readonly number[],
): string {
  const zeros = onnx.add('Expand', [onnx.float(0), onnx.ints([elementCount(shape)])]);
  const flat = [positions, values].map((value) => reshape(onnx, value, [-1]));
  return reshape(onnx, onnx.add('ScatterElements', [zeros, ...flat], { axis: 0, reduction: 'add' }), shape);
}

/** N×C×H×W → N×C×H·h×W·w, each pixel h×w times. */
function repeatPixels(
  onnx: OnnxEmitter,
  value: string,
  shape: readonly number[],
  times: readonly [number, number],
): string {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const split = reshape(onnx, value, [batch, channels, height, 1, width, 1]);
  const wide = onnx.add('Expand', [split, onnx.ints([batch, channels, height, times[0], width, times[1]])]);
  return reshape(onnx, wide, [batch, channels, height * times[0], width * times[1]]);
}

/** PyTorch and ONNX round ceil_mode differently; explicit end padding up to PyTorch's output size means the same in both. */
function maxPoolAttributes(
  { kernel_size, stride, padding, dilation }: MaxPoolAttributes,
  from: readonly number[],
  to: readonly number[],
): Record<string, AttributeValue> {
  const end = [0, 1].map((axis) => {
    const reach = (to[axis + 2]! - 1) * stride[axis]! + dilation[axis]! * (kernel_size[axis]! - 1) + 1;
    return Math.max(0, reach - from[axis + 2]! - padding[axis]!);
  });
  return { kernel_shape: kernel_size, strides: stride, pads: [...padding, ...end], dilations: dilation };
}

/** What ONNX's AveragePool computes exactly as PyTorch does. */
function isPlain({ ceil_mode, divisor_override }: AvgPoolAttributes): boolean {
  return !ceil_mode && divisor_override === null;
}

function tiles({ kernel_size, stride, padding }: AvgPoolAttributes): boolean {
  return [0, 1].every((axis) => kernel_size[axis] === stride[axis] && padding[axis] === 0);
}

/**
 * Average pooling as one matrix an axis. PyTorch's divisor (window cut at the padded border, or only its real
 * pixels, or an override) is a product of one factor an axis, so it goes into the matrices.
 */
function averageMatrices(
  { kernel_size, stride, padding, count_include_pad, divisor_override }: AvgPoolAttributes,
  from: readonly number[],
  to: readonly number[],
): [AxisMatrix, AxisMatrix] {
  return [axisMatrix(0), axisMatrix(1)];

  function axisMatrix(axis: 0 | 1): AxisMatrix {
    const columns = from[axis + 2]!;
    const rows = to[axis + 2]!;
    const values = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const start = row * stride[axis] - padding[axis];
      const end = Math.min(start + kernel_size[axis], columns + padding[axis]);
      const first = Math.max(start, 0);
      const last = Math.min(end, columns);
      let divisor = count_include_pad ? end - start : last - first;
      if (divisor_override !== null) divisor = axis === 0 ? divisor_override : 1;
      values.fill(1 / divisor, row * columns + first, row * columns + Math.max(first, last));
    }
    return { rows, columns, values };
  }
}
