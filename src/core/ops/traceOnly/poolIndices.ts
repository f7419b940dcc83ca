/** @file Max pooling that also gives where the maxima stood, fractional pooling, and their inverse. */
import { sameShape, type TensorType } from '../../graph/ir';
import { ShapeError } from '../opDefinition';
import { adaptivePoolType, pooledType } from '../poolRules';
import { float32, inputAt, int64, requireFloating, sizes } from '../typeRules';
import type { TraceOnlyRegistry } from './traceOnlyDefinition';
import { window3d } from './volumes';

type IndexedPools =
  | ('max_pool2d_with_indices' | 'max_pool3d_with_indices')
  | ('adaptive_max_pool2d_with_indices' | 'adaptive_max_pool3d_with_indices')
  | ('fractional_max_pool2d' | 'fractional_max_pool3d' | 'max_unpool2d' | 'max_unpool3d');

const withIndices = (pooled: TensorType): TensorType[] => [pooled, { shape: pooled.shape, dtype: 'int64' }];

function fractionalType(
  op: string,
  input: TensorType,
  kernel: readonly number[],
  size: readonly number[],
): TensorType {
  const { shape, dtype } = input;
  const planes = size.length;
  if (shape.length !== planes + 2) {
    throw new ShapeError(
      `${op}(): Expected ${planes + 1}D or ${planes + 2}D tensor, but got: ${sizes(shape)}`,
    );
  }
  const names = ['time', 'height', 'width'].slice(-planes);
  for (const [axis, length] of size.entries()) {
    if (length + kernel[axis]! - 1 > shape[2 + axis]!) {
      throw new ShapeError(
        planes === 2
          ? `${op}(): pool ${names[axis]} ${kernel[axis]} too large relative to input ${names[axis]} ${shape[2 + axis]}`
          : `${op}: pool ${names[axis]} (${kernel[axis]}) too large relative to input ${names[axis]} (${shape[2 + axis]})`,
      );
    }
  }
  return { shape: [shape[0]!, shape[1]!, ...size], dtype: requireFloating(dtype, op) };
}

function unpooledType(input: TensorType, indices: TensorType, size: readonly number[]): TensorType {
  if (indices.dtype !== 'int64') {
    throw new ShapeError(`elements in indices should be type int64 but got: ${indices.dtype}`);
  }
  if (!sameShape(input.shape, indices.shape)) {
    throw new ShapeError(
      `Expected shape of indices to be same as that of the input tensor (${sizes(input.shape)}) but got indices tensor with shape: ${sizes(indices.shape)}`,
    );
  }
  return { shape: [...input.shape.slice(0, -size.length), ...size], dtype: input.dtype };
}

export const poolIndices: Pick<TraceOnlyRegistry, IndexedPools> = {
  max_pool2d_with_indices: {
    doc: 'The largest element of each window, and where in its plane it stood.',
    infer: (inputs, attributes) =>
      withIndices(pooledType('max_pool2d', 2, inputAt(inputs, 0), attributes, attributes.dilation)),
    examples: [
      {
        inputs: [float32(2, 3, 6, 5)],
        attributes: {
          kernel_size: [2, 2],
          stride: [2, 2],
          padding: [0, 0],
          dilation: [1, 1],
          ceil_mode: false,
        },
      },
    ],
  },
  max_pool3d_with_indices: {
    doc: 'The largest element of each window, and where in its volume it stood.',
    infer: (inputs, attributes) =>
      withIndices(pooledType('max_pool3d', 3, inputAt(inputs, 0), attributes, attributes.dilation)),
    examples: [{ inputs: [float32(1, 2, 4, 5, 6)], attributes: window3d }],
  },
  adaptive_max_pool2d_with_indices: {
    doc: 'The largest element of each of output_size cells, and where in its plane it stood.',
    infer: (inputs, { output_size }) =>
      withIndices(adaptivePoolType('adaptive_max_pool2d', inputAt(inputs, 0), output_size)),
    examples: [{ inputs: [float32(2, 3, 6, 5)], attributes: { output_size: [3, 2] } }],
  },
  adaptive_max_pool3d_with_indices: {
    doc: 'The largest element of each of output_size cells, and where in its volume it stood.',
    infer: (inputs, { output_size }) =>
      withIndices(adaptivePoolType('adaptive_max_pool3d', inputAt(inputs, 0), output_size)),
    examples: [{ inputs: [float32(1, 2, 4, 5, 6)], attributes: { output_size: [1, 2, 3] } }],
  },
  fractional_max_pool2d: {
    doc: 'The largest element of windows at pseudo-random places, as many as output_size says.',
    infer: (inputs, { kernel_size, output_size }) =>
      withIndices(fractionalType('fractional_max_pool2d', inputAt(inputs, 0), kernel_size, output_size)),
    examples: [{ inputs: [float32(2, 3, 8, 9)], attributes: { kernel_size: [2, 2], output_size: [5, 6] } }],
  },
  fractional_max_pool3d: {
    doc: 'The largest element of windows at pseudo-random places, as many as output_size says.',
    infer: (inputs, { kernel_size, output_size }) =>
      withIndices(fractionalType('fractional_max_pool3d_out', inputAt(inputs, 0), kernel_size, output_size)),
    examples: [
      {
        inputs: [float32(1, 2, 8, 8, 9)],
        attributes: { kernel_size: [2, 2, 2], output_size: [4, 5, 6] },
      },
    ],
  },
  max_unpool2d: {
    doc: 'Puts each element back where max pooling found it; zeros elsewhere.',
    infer: (inputs, { output_size }) => [unpooledType(inputAt(inputs, 0), inputAt(inputs, 1), output_size)],
    examples: [{ inputs: [float32(2, 3, 3, 2), int64(2, 3, 3, 2)], attributes: { output_size: [6, 5] } }],
  },
  max_unpool3d: {
    doc: 'Puts each element back where max pooling found it; zeros elsewhere.',
    infer: (inputs, { output_size }) => [unpooledType(inputAt(inputs, 0), inputAt(inputs, 1), output_size)],
    examples: [
      { inputs: [float32(1, 2, 2, 2, 3), int64(1, 2, 2, 2, 3)], attributes: { output_size: [4, 5, 6] } },
    ],
  },
};
