/**
 * @file ONNX lowering of a convolution's weight gradient.
 *
 * dW[o,c,i,j] = Σₙₚ dY[n,o,p] · X[n,c,p·stride + (i,j)·dilation]: for each kernel tap (i,j) a product of dY with a
 * shifted view of X. Written as one convolution whose kernel is dY, ONNX Runtime spends its time unrolling
 * rows of three elements; as products over slices the same sum takes a half to two thirds of that.
 */
import type { TensorType } from '../../graph/ir';
import type { OpAttributes } from '../../ops/attributes';
import type { OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, padZeros, reshape, sliceAxis, sumOver, transpose } from './onnxLowering';

/** Below this many input channels a product per tap is too thin, and all taps are joined into one. */
const thinChannels = 8;

interface Sizes {
  readonly batch: number;
  readonly groups: number;
  /** Per group. */
  readonly channels: number;
  readonly outputs: number;
  /** Of the (padded) input. */
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** One tap's view of X and the dY that meets it, both (batch·)groups × channels × positions. */
interface Views {
  readonly grad: string;
  readonly positions: number;
  tap(row: number, column: number): string;
}

export const convWeightGrad: OnnxLowerings<'conv2d_weight_grad'> = {
  conv2d_weight_grad: (onnx, { inputs: [input, grad], inputTypes, attributes }) => {
    const [height, width] = attributes.kernel_size;
    const sizes = sizesOf(inputTypes[0]!, inputTypes[1]!, attributes.groups);
    const unstrided = attributes.stride[0] === 1 && attributes.stride[1] === 1;
    const views =
      unstrided && height * width > 1
        ? shiftedViews(onnx, input!, grad!, sizes, attributes)
        : stridedViews(onnx, input!, grad!, sizes, attributes);
    return [reduceTaps(onnx, views, sizes, [height, width])];
  },
};

function sizesOf(input: TensorType, grad: TensorType, groups: number): Sizes {
  const [batch, channels, height, width] = input.shape as [number, number, number, number];
  const [, outputs, outHeight, outWidth] = grad.shape as [number, number, number, number];
  return {
    batch,
    groups,
    channels: channels / groups,
    outputs: outputs / groups,
    height,
    width,
    outHeight,
    outWidth,
  };
}

/**
 * Without stride, a tap's view of the padded X is the same memory at another offset, if rows are as long in dY:
 * dY gets zeros at the ends of its rows, and each view is one contiguous slice a channel.
 */
function shiftedViews(
  onnx: OnnxEmitter,
  input: string,
  grad: string,
  sizes: Sizes,
  { padding, dilation }: OpAttributes['conv2d_weight_grad'],
): Views {
  const { batch, groups, channels, outputs, outHeight } = sizes;
  const height = sizes.height + 2 * padding[0];
  const width = sizes.width + 2 * padding[1];
  const positions = outHeight * width;
  // One row more: the last taps' slices run past the end by a few elements, where dY is zero.
  const before = [0, 0, padding[0], padding[1]];
  const padded = padZeros(onnx, input, before, [0, 0, padding[0] + 1, padding[1]]);
  const flat = reshape(onnx, padded, [batch, groups, channels, (height + 1) * width]);
  const wide = padZeros(onnx, grad, [0, 0, 0, 0], [0, 0, 0, width - sizes.outWidth]);
  return {
    grad: reshape(onnx, wide, [batch, groups, outputs, positions]),
    positions,
    tap(row, column) {
      const start = row * dilation[0] * width + column * dilation[1];
      return sliceAxis(onnx, flat, 3, start, start + positions);
    },
  };
}

function stridedViews(
  onnx: OnnxEmitter,
  input: string,
  grad: string,
  sizes: Sizes,
  { padding, dilation, stride }: OpAttributes['conv2d_weight_grad'],
): Views {
  const { batch, groups, channels, outputs, outHeight, outWidth } = sizes;
  const positions = outHeight * outWidth;
  const padded = padZeros(onnx, input, [0, 0, ...padding], [0, 0, ...padding]);
  const extent = [sizes.height + 2 * padding[0], sizes.width + 2 * padding[1]];
  const along = (value: string, axis: 0 | 1, tap: number, count: number) => {
    const start = tap * dilation[axis];
    const end = start + (count - 1) * stride[axis] + 1;
    if (start === 0 && end === extent[axis] && stride[axis] === 1) return value;
    return sliceAxis(onnx, value, axis + 2, start, end, stride[axis]);
  };
  return {
    grad: reshape(onnx, grad, [batch, groups, outputs, positions]),
    positions,
    tap(row, column) {
      const view = along(along(padded, 0, row, outHeight), 1, column, outWidth);
      return reshape(onnx, view, [batch, groups, channels, positions]);
    },
  };
}

/** Products of each tap with dY, summed over the batch → (groups·outputs)×channels×kH×kW */
function reduceTaps(
  onnx: OnnxEmitter,
  { grad, tap }: Views,
  { groups, channels, outputs }: Sizes,
  [height, width]: readonly [number, number],
): string {
  const shape = [groups * outputs, channels, height, width];
  const count = height * width;
  // Each view is used as soon as it is made: all of them at once are `count` times the input.
  const eachTap = (use: (view: string) => string): string[] =>
    Array.from({ length: count }, (_, index) => use(tap(Math.floor(index / width), index % width)));
  if (channels === 1 && outputs === 1) {
    // Depthwise: matrices of one row; multiplying and summing is quicker.
    const sums = eachTap((view) => sumOver(onnx, onnx.add('Mul', [view, grad]), [0, 3], false));
    return reshape(onnx, join(onnx, sums, 1), shape);
  }
  // → batch×groups×outputs×(taps·channels), taps outermost.
  const products =
    channels <= thinChannels
      ? product(
          onnx,
          grad,
          join(
            onnx,
            eachTap((view) => view),
            2,
          ),
        )
      : join(
          onnx,
          eachTap((view) => product(onnx, grad, view)),
          3,
        );
  const summed = sumOver(onnx, products, [0], false);
  if (count === 1) return reshape(onnx, summed, shape);
  const split = reshape(onnx, summed, [groups * outputs, count, channels]);
  return reshape(onnx, transpose(onnx, split, [0, 2, 1]), shape);
}

/** a · bᵀ over the last two axes, without making the transpose. */
function product(onnx: OnnxEmitter, a: string, b: string): string {
  return onnx.add('com.microsoft.FusedMatMul', [a, b], { transB: 1 });
}

function join(onnx: OnnxEmitter, parts: readonly string[], axis: number): string {
  return parts.length === 1 ? parts[0]! : onnx.add('Concat', parts, { axis });
}
