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
    const unstrided = stride[0] === 1 && stride[1] === 1;
    const cropless = padding[0] <= full[0]! && padding[1] <= full[1]!;
    // The input gradient of an unstrided convolution is a convolution with the turned kernel, and ONNX Runtime
    // runs it a fifth faster that way round.
    if (unstrided && cropless && output_padding[0] === 0 && output_padding[1] === 0) {
      const turned = turnKernel(onnx, weight!, weightShape, attributes.groups);
      const pads: [number, number] = [full[0]! - padding[0], full[1]! - padding[1]];
      const inverse = convolutionAttributes({ ...attributes, padding: pads }, [kernelHeight!, kernelWidth!]);
      return [onnx.add('Conv', [input!, turned, bias ?? ''], inverse)];
    }
    return [
      onnx.add('ConvTranspose', inputs, {
        ...convolutionAttributes(attributes, [kernelHeight!, kernelWidth!]),
        output_padding,
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
