/** @file ONNX lowerings of convolution and its input gradient. The weight gradient is in convWeightGrad.ts. */
import type { ConvolutionAttributes } from '../../ops/attributes';
import type { AttributeValue, OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, reshape, transpose } from './onnxLowering';

export const conv: OnnxLowerings<'conv2d' | 'conv_transpose2d'> = {
  conv2d: (onnx, { inputs, inputTypes, attributes }) => {
    const [, , ...kernel] = inputTypes[1]!.shape;
    return [onnx.add('Conv', inputs, convolutionAttributes(attributes, kernel))];
  },

  conv_transpose2d: (onnx, { inputs, inputTypes, attributes }) => {
    const [input, weight, bias] = inputs;
    const weightShape = inputTypes[1]!.shape;
    const [, , kernelHeight, kernelWidth] = weightShape;
    const { padding, dilation, stride, output_padding } = attributes;
    const full = [dilation[0] * (kernelHeight! - 1), dilation[1] * (kernelWidth! - 1)];
    const after = [0, 1].map((axis) => full[axis]! - padding[axis]! + output_padding[axis]!);
    const cropless = [0, 1].every((axis) => padding[axis]! <= full[axis]! && after[axis]! >= 0);
    // The input gradient of an unstrided convolution is a convolution with the turned kernel, and ONNX Runtime
    // runs it a fifth faster that way round.
    if (stride[0] === 1 && stride[1] === 1 && cropless) {
      const turned = turnKernel(onnx, weight!, weightShape, attributes.groups);
      const pads = [full[0]! - padding[0], full[1]! - padding[1], ...after];
      const kernel = convolutionAttributes(attributes, [kernelHeight!, kernelWidth!]);
      return [onnx.add('Conv', [input!, turned, bias ?? ''], { ...kernel, pads })];
    }
    // Output padding is less cropping at the end where there is some: ONNX Runtime refuses it beyond the stride.
    const less = [0, 1].map((axis) => (output_padding[axis]! <= padding[axis]! ? output_padding[axis]! : 0));
    return [
      onnx.add('ConvTranspose', inputs, {
        ...convolutionAttributes(attributes, [kernelHeight!, kernelWidth!]),
        pads: [...padding, padding[0] - less[0]!, padding[1] - less[1]!],
        output_padding: [output_padding[0] - less[0]!, output_padding[1] - less[1]!],
      }),
    ];
  },
};

export function convolutionAttributes(
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  kernel: readonly number[],
): Record<string, AttributeValue> {
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: [...padding, ...padding],
    dilations: dilation,
    group: groups,
  };
}

/** G·C×O×kH×kW, as conv_transpose2d has it → G·O×C×kH×kW turned by 180°, as conv2d wants it. */
function turnKernel(onnx: OnnxEmitter, weight: string, shape: readonly number[], groups: number): string {
  const [channels, outputs, height, width] = shape as [number, number, number, number];
  let swapped = transpose(onnx, weight, [1, 0, 2, 3]);
  if (groups > 1) {
    const grouped = reshape(onnx, weight, [groups, channels / groups, outputs, height, width]);
    const turned = transpose(onnx, grouped, [0, 2, 1, 3, 4]);
    swapped = reshape(onnx, turned, [groups * outputs, channels / groups, height, width]);
  }
  if (height === 1 && width === 1) return swapped;
  const first = onnx.ints([-2147483648, -2147483648]);
  const backwards = onnx.ints([-1, -1]);
  return onnx.add('Slice', [swapped, backwards, first, onnx.ints([2, 3]), backwards]);
}
