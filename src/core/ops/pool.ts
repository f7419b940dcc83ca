/** @file Pooling over windows and over adaptive cells. NCHW throughout. */
import { sameShape, type TensorType } from '../graph/ir';
import type { AvgPoolAttributes, MaxPoolAttributes } from './attributes';
import { type OpExample, type OpRegistry, type OptionalType, ShapeError } from './opDefinition';
import { adaptivePoolType, pooledType } from './poolRules';
import { float32, inputAt, sizes } from './typeRules';

type PoolOps =
  | ('max_pool2d' | 'max_pool2d_backward' | 'avg_pool2d' | 'avg_pool2d_backward')
  | ('adaptive_avg_pool2d' | 'adaptive_avg_pool2d_backward')
  | ('adaptive_max_pool2d' | 'adaptive_max_pool2d_backward');
type Pair = readonly [number, number];

/** The gradient of an output must have its type; a breach is a mistake of the pass that built it. */
function checkGradient(gradOutput: TensorType, expected: TensorType): void {
  if (!sameShape(gradOutput.shape, expected.shape)) {
    throw new Error(`the output has size ${sizes(expected.shape)}, its gradient ${sizes(gradOutput.shape)}`);
  }
}

const noDilation: Pair = [1, 1];

const maxPool = (inputs: readonly OptionalType[], index: number, attributes: MaxPoolAttributes) =>
  pooledType('max_pool2d', 2, inputAt(inputs, index), attributes, attributes.dilation);
const avgPool = (input: TensorType, attributes: AvgPoolAttributes) => {
  if (attributes.divisor_override === 0) throw new ShapeError('divisor must be not zero');
  return pooledType('avg_pool2d', 2, input, attributes, noDilation);
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
      adaptivePoolType('adaptive_avg_pool2d', inputAt(inputs, 0), output_size),
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
      adaptivePoolType('adaptive_max_pool2d', inputAt(inputs, 0), output_size),
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
