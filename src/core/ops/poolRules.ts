/** @file Types of pooling over windows and adaptive cells of two or three planes, with PyTorch's words. N×C×planes. */
import type { TensorType } from '../graph/ir';
import { ShapeError } from './opDefinition';
import { requireFloating, sizes } from './typeRules';

/** One number a plane in each list. */
export interface Window {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceil_mode: boolean;
}

/** PyTorch's `pooling_output_shape`: the last window must start inside the input or its left padding. */
function pooledSize(size: number, axis: number, window: Window, dilation: readonly number[]): number {
  const kernel = window.kernel_size[axis]!;
  const stride = window.stride[axis]!;
  const padding = window.padding[axis]!;
  const room = size + 2 * padding - dilation[axis]! * (kernel - 1) - 1 + (window.ceil_mode ? stride - 1 : 0);
  const pooled = Math.floor(room / stride) + 1;
  return window.ceil_mode && (pooled - 1) * stride >= size + padding ? pooled - 1 : pooled;
}

const ranks = (planes: number) => `${planes + 1}D or ${planes + 2}D`;

/** @throws ShapeError in the words of PyTorch's `pool2d_shape_check` and `pool3d_shape_check`. */
export function pooledType(
  op: string,
  planes: number,
  input: TensorType,
  window: Window,
  dilation: readonly number[],
): TensorType {
  const { kernel_size, stride, padding } = window;
  const letters = ['T', 'H', 'W'].slice(-planes);
  const perPlane = (prefix: string, values: readonly number[]) =>
    letters.map((letter, axis) => `${prefix}${letter}: ${values[axis]}`).join(' ');
  if (input.shape.length !== planes + 2) {
    throw new ShapeError(`non-empty ${ranks(planes)} (batch mode) tensor expected for input`);
  }
  if (stride.includes(0)) throw new ShapeError('stride should not be zero');
  if (kernel_size.some((size) => size <= 0)) {
    throw new ShapeError(`kernel size should be greater than zero, but got ${perPlane('k', kernel_size)}`);
  }
  if (dilation.some((size) => size <= 0)) {
    throw new ShapeError(`dilation should be greater than zero, but got ${perPlane('dilation', dilation)}`);
  }
  for (const [axis, amount] of padding.entries()) {
    if (amount < 0) throw new ShapeError(`pad must be non-negative, but got pad: ${amount}`);
    if (amount > Math.floor(kernel_size[axis]! / 2)) {
      throw new ShapeError(
        `pad should be at most half of kernel size, but got pad=${amount} and kernel_size=${kernel_size[axis]}`,
      );
    }
  }
  const [batch, channels, ...extents] = input.shape as [number, number, ...number[]];
  if (extents.includes(0) || channels === 0) {
    throw new ShapeError(
      `Expected ${ranks(planes)} (batch mode) tensor with optional 0 dim batch size for input, but got:${sizes(input.shape)}`,
    );
  }
  const size = extents.map((extent, axis) => pooledSize(extent, axis, window, dilation));
  if (size.some((length) => length < 1)) {
    throw new ShapeError(
      op === 'avg_pool3d'
        ? `input image (${perPlane('', extents)}) smaller than kernel size (${perPlane('k', kernel_size)})`
        : `Given input size: (${[channels, ...extents].join('x')}). Calculated output size: (${[channels, ...size].join('x')}). Output size is too small`,
    );
  }
  return { shape: [batch, channels, ...size], dtype: requireFloating(input.dtype, op) };
}

export function adaptivePoolType(op: string, input: TensorType, outputSize: readonly number[]): TensorType {
  const { shape, dtype } = input;
  const planes = outputSize.length;
  if (shape.length !== planes + 2) {
    const colon = op.startsWith('adaptive_max') ? ':' : '';
    throw new ShapeError(`${op}(): Expected ${ranks(planes)} tensor, but got${colon} ${sizes(shape)}`);
  }
  const empty = shape.indexOf(0, 1);
  if (empty > 0) {
    throw new ShapeError(
      `${op}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${sizes(shape)} with dimension ${empty} being empty`,
    );
  }
  return { shape: [shape[0]!, shape[1]!, ...outputSize], dtype };
}
