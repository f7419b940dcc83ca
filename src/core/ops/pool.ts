/** @file Pooling over windows and over adaptive cells. NCHW throughout. */
import { sameShape, type TensorType } from '../graph/ir';
import type { AvgPoolAttributes, MaxPoolAttributes } from './attributes';
import { type OpExample, type OpRegistry, type OptionalType, ShapeError } from './opDefinition';
import { float32, inputAt, requireFloating, sizes } from './typeRules';

type PoolOps =
  | ('max_pool2d' | 'max_pool2d_backward' | 'avg_pool2d' | 'avg_pool2d_backward')
  | ('adaptive_avg_pool2d' | 'adaptive_avg_pool2d_backward')
  | ('adaptive_max_pool2d' | 'adaptive_max_pool2d_backward');
type Pair = readonly [number, number];
type Window = Pick<MaxPoolAttributes, 'kernel_size' | 'stride' | 'padding' | 'ceil_mode'>;

const axes = [0, 1] as const;

/** PyTorch's `pooling_output_shape`: the last window must start inside the input or its left padding. */
function pooledSize(size: number, axis: 0 | 1, window: Window, dilation: Pair): number {
  const [kernel, stride, padding] = [window.kernel_size[axis], window.stride[axis], window.padding[axis]];
  const room = size + 2 * padding - dilation[axis] * (kernel - 1) - 1 + (window.ceil_mode ? stride - 1 : 0);
  const pooled = Math.floor(room / stride) + 1;
  return window.ceil_mode && (pooled - 1) * stride >= size + padding ? pooled - 1 : pooled;
}

/** @throws ShapeError in the words of PyTorch's `pool2d_shape_check`. */
function pooledType(input: TensorType, window: Window, dilation: Pair, kernelName: string): TensorType {
  const { kernel_size, stride, padding } = window;
  if (input.shape.length !== 4) {
    throw new ShapeError('non-empty 3D or 4D (batch mode) tensor expected for input');
  }
  if (stride.includes(0)) throw new ShapeError('stride should not be zero');
  if (kernel_size.some((size) => size <= 0)) {
    throw new ShapeError(
      `kernel size should be greater than zero, but got kH: ${kernel_size[0]} kW: ${kernel_size[1]}`,
    );
  }
  if (dilation.some((size) => size <= 0)) {
    throw new ShapeError(
      `dilation should be greater than zero, but got dilationH: ${dilation[0]} dilationW: ${dilation[1]}`,
    );
  }
  for (const axis of axes) {
    if (padding[axis] < 0) throw new ShapeError(`pad must be non-negative, but got pad: ${padding[axis]}`);
    if (padding[axis] > Math.floor(kernel_size[axis] / 2)) {
      throw new ShapeError(
        `pad should be at most half of kernel size, but got pad=${padding[axis]} and kernel_size=${kernel_size[axis]}`,
      );
    }
  }
  const [batch, channels, height, width] = input.shape as [number, number, number, number];
  if (channels * height * width === 0) {
    throw new ShapeError(
      `Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:${sizes(input.shape)}`,
    );
  }
  const size = axes.map((axis) => pooledSize(input.shape[2 + axis]!, axis, window, dilation));
  if (size.some((length) => length < 1)) {
    throw new ShapeError(
      `Given input size: (${channels}x${height}x${width}). Calculated output size: (${channels}x${size.join('x')}). Output size is too small`,
    );
  }
  return { shape: [batch, channels, ...size], dtype: requireFloating(input.dtype, kernelName) };
}

function adaptiveType(input: TensorType, outputSize: Pair, op: string, colon: string): TensorType {
  const { shape, dtype } = input;
  if (shape.length !== 4) {
    throw new ShapeError(`${op}(): Expected 3D or 4D tensor, but got${colon} ${sizes(shape)}`);
  }
  const empty = shape.indexOf(0, 1);
  if (empty > 0) {
    throw new ShapeError(
      `${op}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${sizes(shape)} with dimension ${empty} being empty`,
    );
  }
  return { shape: [shape[0]!, shape[1]!, ...outputSize], dtype };
}

/** The gradient of an output must have its type; a breach is a mistake of the pass that built it. */
function checkGradient(gradOutput: TensorType, expected: TensorType): void {
  if (!sameShape(gradOutput.shape, expected.shape)) {
    throw new Error(`the output has size ${sizes(expected.shape)}, its gradient ${sizes(gradOutput.shape)}`);
  }
}

const noDilation: Pair = [1, 1];

const maxPool = (inputs: readonly OptionalType[], index: number, attributes: MaxPoolAttributes) =>
  pooledType(inputAt(inputs, index), attributes, attributes.dilation, 'max_pool2d');
const avgPool = (input: TensorType, attributes: AvgPoolAttributes) => {
  if (attributes.divisor_override === 0) throw new ShapeError('divisor must be not zero');
  return pooledType(input, attributes, noDilation, 'avg_pool2d');
};

const window = (kernel: Pair, over: Partial<MaxPoolAttributes> = {}): MaxPoolAttributes => ({
  kernel_size: kernel,
  stride: kernel,
  padding: [0, 0],
  dilation: [1, 1],
  ceil_mode: false,
  ...over,
});

const maxPoolExamples: readonly OpExample<'max_pool2d'>[] = [
  { inputs: [float32(2, 3, 6, 5)], attributes: window([2, 2]) },
  { inputs: [float32(1, 2, 7, 5)], attributes: window([2, 3], { ceil_mode: true }) },
  { inputs: [float32(2, 2, 7, 8)], attributes: window([3, 3], { stride: [2, 2], padding: [1, 1] }) },
  { inputs: [float32(1, 2, 8, 9)], attributes: window([2, 3], { stride: [1, 2], dilation: [3, 2] }) },
  {
    inputs: [float32(1, 2, 6, 6)],
    attributes: window([3, 2], { stride: [2, 3], padding: [1, 1], ceil_mode: true }),
  },
];

const average = (kernel: Pair, over: Partial<AvgPoolAttributes> = {}): AvgPoolAttributes => ({
  kernel_size: kernel,
  stride: kernel,
  padding: [0, 0],
  ceil_mode: false,
  count_include_pad: true,
  divisor_override: null,
  ...over,
});

const avgPoolExamples: readonly OpExample<'avg_pool2d'>[] = [
  { inputs: [float32(2, 3, 6, 5)], attributes: average([2, 2]) },
  { inputs: [float32(1, 2, 7, 5)], attributes: average([3, 3], { stride: [2, 2], padding: [1, 1] }) },
  {
    inputs: [float32(1, 2, 6, 7)],
    attributes: average([3, 2], { stride: [2, 2], padding: [1, 1], count_include_pad: false }),
  },
  {
    inputs: [float32(1, 2, 6, 7)],
    attributes: average([3, 3], { stride: [2, 2], padding: [1, 1], ceil_mode: true }),
  },
  { inputs: [float32(1, 2, 7, 5)], attributes: average([2, 3], { ceil_mode: true, divisor_override: 5 }) },
];

const adaptiveExamples: readonly { readonly inputs: readonly TensorType[]; readonly size: Pair }[] = [
  { inputs: [float32(2, 3, 7, 5)], size: [1, 1] },
  { inputs: [float32(2, 2, 7, 5)], size: [3, 2] },
  { inputs: [float32(1, 2, 3, 4)], size: [5, 6] },
];

export const pool: Pick<OpRegistry, PoolOps> = {
  max_pool2d: {
    doc: 'The largest element of each window.',
    infer: (inputs, attributes) => [maxPool(inputs, 0, attributes)],
    gradient: (builder, node, [g]) => [
      g == null ? null : builder.add('max_pool2d_backward', [g, node.inputs[0]!], node.attributes),
    ],
    examples: maxPoolExamples,
  },
  max_pool2d_backward: {
    doc: 'Gradient of max_pool2d: the first maximum of each window, in row order, takes it all.',
    infer(inputs, attributes) {
      checkGradient(inputAt(inputs, 0), maxPool(inputs, 1, attributes));
      return [inputAt(inputs, 1)];
    },
    gradient: null,
    examples: maxPoolExamples.map(({ inputs, attributes }) => ({
      inputs: [float32(...maxPool(inputs, 0, attributes).shape), inputs[0]!],
      attributes,
    })),
  },

  avg_pool2d: {
    doc: 'The mean of each window.',
    infer: (inputs, attributes) => [avgPool(inputAt(inputs, 0), attributes)],
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : builder.add('avg_pool2d_backward', [g], {
            ...node.attributes,
            input_shape: builder.shape(node.inputs[0]!),
          }),
    ],
    examples: avgPoolExamples,
  },
  avg_pool2d_backward: {
    doc: 'Gradient of avg_pool2d: each window shares it evenly.',
    infer(inputs, attributes) {
      const gradOutput = inputAt(inputs, 0);
      const input = { shape: attributes.input_shape, dtype: gradOutput.dtype };
      checkGradient(gradOutput, avgPool(input, attributes));
      return [input];
    },
    gradient: null,
    examples: avgPoolExamples.map(({ inputs, attributes }) => ({
      inputs: [float32(...avgPool(inputs[0]!, attributes).shape)],
      attributes: { ...attributes, input_shape: inputs[0]!.shape },
    })),
  },

  adaptive_avg_pool2d: {
    doc: 'Means over a grid of output_size cells; cell i of n spans rows ⌊i·H/n⌋ to ⌈(i+1)·H/n⌉.',
    infer: (inputs, { output_size }) => [
      adaptiveType(inputAt(inputs, 0), output_size, 'adaptive_avg_pool2d', ''),
    ],
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : builder.add('adaptive_avg_pool2d_backward', [g], { input_shape: builder.shape(node.inputs[0]!) }),
    ],
    examples: adaptiveExamples.map(({ inputs, size }) => ({ inputs, attributes: { output_size: size } })),
  },
  adaptive_avg_pool2d_backward: {
    doc: 'Gradient of adaptive_avg_pool2d: each cell shares it evenly.',
    infer(inputs, { input_shape }) {
      const gradOutput = inputAt(inputs, 0);
      const expected = [...input_shape.slice(0, 2), ...gradOutput.shape.slice(2)];
      checkGradient(gradOutput, { shape: expected, dtype: gradOutput.dtype });
      return [{ shape: input_shape, dtype: gradOutput.dtype }];
    },
    gradient: null,
    examples: adaptiveExamples.map(({ inputs, size }) => ({
      inputs: [float32(...inputs[0]!.shape.slice(0, 2), ...size)],
      attributes: { input_shape: inputs[0]!.shape },
    })),
  },

  adaptive_max_pool2d: {
    doc: 'The largest element of each of output_size cells.',
    infer: (inputs, { output_size }) => [
      adaptiveType(inputAt(inputs, 0), output_size, 'adaptive_max_pool2d', ':'),
    ],
    gradient: (builder, node, [g]) => [
      g == null ? null : builder.add('adaptive_max_pool2d_backward', [g, node.inputs[0]!], {}),
    ],
    examples: adaptiveExamples.map(({ inputs, size }) => ({ inputs, attributes: { output_size: size } })),
  },
  adaptive_max_pool2d_backward: {
    doc: 'Gradient of adaptive_max_pool2d: the first maximum of each cell takes it all.',
    infer(inputs) {
      const gradOutput = inputAt(inputs, 0);
      const input = inputAt(inputs, 1);
      checkGradient(gradOutput, {
        shape: [...input.shape.slice(0, 2), ...gradOutput.shape.slice(2)],
        dtype: input.dtype,
      });
      return [input];
    },
    gradient: null,
    examples: adaptiveExamples.map(({ inputs, size }) => ({
      inputs: [float32(...inputs[0]!.shape.slice(0, 2), ...size), inputs[0]!],
      attributes: {},
    })),
  },
};
