/**
 * @file ONNX lowering of a convolution's weight gradient.
 *
 *   dW[o,c,i,j] = Σₙ Σ_{y,x} dY[n,o,y,x] · P[n,c,y·sₕ + i·dₕ, x·s_w + j·d_w],   P the padded input
 *
 * One convolution whose kernel is dY says the same, but ONNX Runtime spends its time there unrolling rows of three
 * elements. Products of matrices over the positions take a third to a half of that.
 */
import type { TensorType } from '../../graph/ir';
import type { ConvolutionAttributes, OpAttributes } from '../../ops/attributes';
import type { OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, padZeros, reshape, sliceAxis, sumOver, transpose } from './onnxLowering';

type Pair = readonly [number, number];

/** Below this many input channels a product per tap is too thin, and all taps are joined into one. */
const thinChannels = 8;

interface Sizes {
  readonly batch: number;
  readonly groups: number;
  /** Per group. */
  readonly channels: number;
  readonly outputs: number;
  readonly image: Pair;
  /** The image with its padding. */
  readonly padded: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
}

export const convWeightGrad: OnnxLowerings<'conv2d_weight_grad'> = {
  conv2d_weight_grad: (onnx, { inputs: [input, grad], inputTypes, attributes }) => {
    const sizes = sizesOf(inputTypes[0]!, inputTypes[1]!, attributes);
    const unstrided = attributes.stride[0] === 1 && attributes.stride[1] === 1;
    // Cropping more than there is, which far taps beyond a small image would need, is left to the general way.
    const far = (sizes.kernel[1] - 1) * attributes.dilation[1] - attributes.padding[1] >= sizes.image[1];
    const lower = unstrided && !far ? shiftBothSides : productPerTap;
    const gradient = lower(onnx, input!, grad!, sizes, attributes);
    return [reshape(onnx, gradient, [sizes.groups * sizes.outputs, sizes.channels, ...sizes.kernel])];
  },
};

function sizesOf(input: TensorType, grad: TensorType, attributes: OpAttributes['conv2d_weight_grad']): Sizes {
  const [batch, channels, height, width] = input.shape as [number, number, number, number];
  const [, outputs, outHeight, outWidth] = grad.shape as [number, number, number, number];
  const { groups, padding, kernel_size } = attributes;
  return {
    batch,
    groups,
    channels: channels / groups,
    outputs: outputs / groups,
    image: [height, width],
    padded: [height + 2 * padding[0], width + 2 * padding[1]],
    output: [outHeight, outWidth],
    kernel: kernel_size,
  };
}

/**
 * Without stride the tap (i, j) may be split between the sides: dY moved down by i rows meets P moved left by j columns.
 * So kH copies of dY and kW copies of P, instead of kH·kW of P, give all taps in one product of kH·O × kW·C.
 */
function shiftBothSides(
  onnx: OnnxEmitter,
  input: string,
  grad: string,
  { batch, groups, channels, outputs, image, padded, output, kernel }: Sizes,
  { padding, dilation }: ConvolutionAttributes,
): string {
  const positions = padded[0] * output[1];
  const grads = Array.from({ length: kernel[0] }, (_, i) => {
    const above = i * dilation[0];
    const moved = padZeros(onnx, grad, [0, 0, above, 0], [0, 0, padded[0] - output[0] - above, 0]);
    return reshape(onnx, moved, [batch, groups, outputs, positions]);
  });
  const views = Array.from({ length: kernel[1] }, (_, j) => {
    const left = padding[1] - j * dilation[1];
    const right = output[1] - image[1] - left;
    const moved = padZeros(onnx, input, [0, 0, padding[0], left], [0, 0, padding[0], right]);
    return reshape(onnx, moved, [batch, groups, channels, positions]);
  });
  // → batch×groups×(i·outputs)×(j·channels)
  const products = product(onnx, join(onnx, grads, 2), join(onnx, views, 2));
  const summed = sumOver(onnx, products, [0], false);
  const split = reshape(onnx, summed, [groups, kernel[0], outputs, kernel[1], channels]);
  return transpose(onnx, split, [0, 2, 4, 1, 3]);
}

/** A product of dY and a strided view of P for each tap. */
function productPerTap(
  onnx: OnnxEmitter,
  input: string,
  grad: string,
  { batch, groups, channels, outputs, padded, output, kernel }: Sizes,
  { padding, dilation, stride }: ConvolutionAttributes,
): string {
  const positions = output[0] * output[1];
  const whole = padZeros(onnx, input, [0, 0, ...padding], [0, 0, ...padding]);
  const flatGrad = reshape(onnx, grad, [batch, groups, outputs, positions]);
  const along = (value: string, axis: 0 | 1, tap: number) => {
    const start = tap * dilation[axis];
    const end = start + (output[axis] - 1) * stride[axis] + 1;
    if (start === 0 && end === padded[axis] && stride[axis] === 1) return value;
    return sliceAxis(onnx, value, axis + 2, start, end, stride[axis]);
  };
  const count = kernel[0] * kernel[1];
  // Each view is used as soon as it is made: all of them at once are `count` times the input.
  const eachTap = (use: (view: string) => string): string[] =>
    Array.from({ length: count }, (_, tap) => {
      const view = along(along(whole, 0, Math.floor(tap / kernel[1])), 1, tap % kernel[1]);
      return use(reshape(onnx, view, [batch, groups, channels, positions]));
    });
  // → batch×groups×outputs×(taps·channels)
  const products =
    channels <= thinChannels
      ? product(
          onnx,
          flatGrad,
          join(
            onnx,
            eachTap((view) => view),
            2,
          ),
        )
      : join(
          onnx,
          eachTap((view) => product(onnx, flatGrad, view)),
          3,
        );
  const summed = sumOver(onnx, products, [0], false);
  return transpose(onnx, reshape(onnx, summed, [groups * outputs, count, channels]), [0, 2, 1]);
}

/** a · bᵀ over the last two axes, without making the transpose. */
function product(onnx: OnnxEmitter, a: string, b: string): string {
  return onnx.add('com.microsoft.FusedMatMul', [a, b], { transB: 1 });
}

function join(onnx: OnnxEmitter, parts: readonly string[], axis: number): string {
  return parts.length === 1 ? parts[0]! : onnx.add('Concat', parts, { axis });
}
