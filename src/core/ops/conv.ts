/** @file Convolution, its transpose, and the weight gradient that both share. NCHW throughout. */
import { elementCount, sameShape, type TensorType } from '../graph/ir';
import { Algebra } from './algebra';
import type { ConvolutionAttributes } from './attributes';
import { type OpExample, type OpRegistry, type OptionalType, ShapeError } from './opDefinition';
import { float32, inputAt, scalarTypeName, sizes, spokenTypeName } from './typeRules';

type ConvolutionOps = 'conv2d' | 'conv_transpose2d' | 'conv2d_weight_grad';
type Attributes = ConvolutionAttributes;

const spatial = [0, 1] as const;

/** Size that a kernel covers: dilation·(k − 1) + 1. */
const span = (kernel: number, dilation: number) => dilation * (kernel - 1) + 1;

function convolvedShape(
  input: readonly number[],
  weight: readonly number[],
  { stride, padding, dilation }: Attributes,
): number[] {
  const size = spatial.map((axis) => {
    const room = input[2 + axis]! + 2 * padding[axis] - span(weight[2 + axis]!, dilation[axis]);
    return Math.floor(room / stride[axis]) + 1;
  });
  return [input[0]!, weight[0]!, ...size];
}

/** Checks that conv2d and its transpose share, in PyTorch's order. */
function checkConvolution(op: string, input: TensorType, weight: TensorType, attributes: Attributes): void {
  const { stride, padding, dilation, groups } = attributes;
  if (input.shape.length !== 4) {
    throw new ShapeError(
      `Expected 3D (unbatched) or 4D (batched) input to ${op}, but got input of size: ${sizes(input.shape)}`,
    );
  }
  if (weight.shape.length !== 4) {
    throw new ShapeError(`expected weight of 4 dimensions, but got weight of size: ${sizes(weight.shape)}`);
  }
  if (padding.some((size) => size < 0)) throw new ShapeError('negative padding is not supported');
  if (stride.some((size) => size <= 0)) throw new ShapeError('non-positive stride is not supported');
  if (dilation.some((size) => size <= 0)) {
    throw new ShapeError(`dilation should be greater than zero, but got ${sizes(dilation)}`);
  }
  if (weight.shape[0]! < groups) {
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${sizes(weight.shape)} instead`,
    );
  }
  if (weight.shape[0]! % groups !== 0) {
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${sizes(weight.shape)}] instead`,
    );
  }
}

/** Checked last, as shapes tell more. */
function checkOperands(
  given: string,
  channels: number,
  input: TensorType,
  weight: TensorType,
  bias: OptionalType,
): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels)) {
    throw new ShapeError(
      `Given ${given}weight of size ${sizes(weight.shape)}, expected bias to be 1-dimensional with ${channels} elements, but got bias of size ${sizes(bias.shape)} instead`,
    );
  }
  if (input.dtype !== weight.dtype && bias && given === '') {
    throw new ShapeError(
      `Input type (${spokenTypeName(input.dtype)}) and bias type (${spokenTypeName(bias.dtype)}) should be the same`,
    );
  }
  if (input.dtype !== weight.dtype) {
    throw new ShapeError(
      `expected scalar type ${scalarTypeName(input.dtype)} but found ${scalarTypeName(weight.dtype)}`,
    );
  }
}

const attributes = (over: Partial<Attributes> = {}): Attributes => ({
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
  ...over,
});

/** Multiply–accumulates of a correlation that reads each weight once for every place of `places`. */
const macsAt = (places: TensorType, weight: TensorType) =>
  (elementCount(places.shape) / places.shape[1]!) * elementCount(weight.shape);

const convExamples: readonly OpExample<'conv2d'>[] = [
  {
    inputs: [float32(2, 3, 5, 6), float32(4, 3, 3, 3), float32(4)],
    attributes: attributes({ padding: [1, 1] }),
  },
  { inputs: [float32(1, 1, 7, 5), float32(3, 1, 3, 2), null], attributes: attributes() },
  { inputs: [float32(2, 3, 5, 7), float32(5, 3, 1, 1), float32(5)], attributes: attributes() },
  {
    inputs: [float32(2, 4, 8, 7), float32(6, 2, 3, 3), float32(6)],
    attributes: attributes({ stride: [2, 3], padding: [1, 2], groups: 2 }),
  },
  {
    inputs: [float32(1, 3, 9, 8), float32(2, 3, 3, 2), null],
    attributes: attributes({ stride: [2, 1], padding: [2, 0], dilation: [2, 3] }),
  },
  {
    inputs: [float32(2, 4, 6, 5), float32(4, 1, 3, 3), float32(4)],
    attributes: attributes({ padding: [1, 1], groups: 4 }),
  },
  {
    inputs: [float32(1, 9, 12, 13), float32(17, 9, 3, 3), null],
    attributes: attributes({ padding: [1, 1] }),
  },
  {
    inputs: [float32(1, 2, 8, 8), float32(3, 2, 5, 5), float32(3)],
    attributes: attributes({ stride: [3, 3], padding: [2, 2] }),
  },
];

export const conv: Pick<OpRegistry, ConvolutionOps> = {
  conv2d: {
    doc: 'Slides O kernels over the image: each output pixel is a weighted sum of a neighbourhood of all channels of its group.',
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      const weight = inputAt(inputs, 1);
      checkConvolution('conv2d', input, weight, attributes);
      const { padding, dilation, groups } = attributes;
      const expected = weight.shape[1]! * groups;
      if (input.shape[1] !== expected) {
        throw new ShapeError(
          `Given groups=${groups}, weight of size ${sizes(weight.shape)}, expected input${sizes(input.shape)} to have ${expected} channels, but got ${input.shape[1]} channels instead`,
        );
      }
      checkOperands('', weight.shape[0]!, input, weight, inputs[2] ?? null);
      const padded = spatial.map((axis) => input.shape[2 + axis]! + 2 * padding[axis]);
      const kernel = spatial.map((axis) => span(weight.shape[2 + axis]!, dilation[axis]));
      if (padded.some((size, axis) => size < kernel[axis]!)) {
        throw new ShapeError(
          `Calculated padded input size per channel: (${padded.join(' x ')}). Kernel size: (${kernel.join(' x ')}). Kernel size can't be greater than actual input size`,
        );
      }
      return [{ shape: convolvedShape(input.shape, weight.shape, attributes), dtype: input.dtype }];
    },
    macs: (inputs, [output]) => macsAt(output!, inputAt(inputs, 1)),
    // y = W ⋆ x + b is linear in each: dx = Wᵀ applied to g (the transposed convolution, padded out to the
    // rows that the stride skipped at the end), dW = x ⋆ g, db = Σ_NHW g
    gradient(builder, node, [g]) {
      if (g == null) return [null, null, null];
      const a = new Algebra(builder);
      const [x, weight, bias] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2] ?? null];
      const { stride, padding, dilation } = node.attributes;
      const [kH, kW] = builder.shape(weight).slice(2) as [number, number];
      const skipped = (axis: 0 | 1, kernel: number) => {
        const covered = (builder.shape(g)[2 + axis]! - 1) * stride[axis] + span(kernel, dilation[axis]);
        return builder.shape(x)[2 + axis]! + 2 * padding[axis] - covered;
      };
      return [
        builder.add('conv_transpose2d', [g, weight, null], {
          ...node.attributes,
          output_padding: [skipped(0, kH), skipped(1, kW)],
        }),
        builder.add('conv2d_weight_grad', [x, g], { ...node.attributes, kernel_size: [kH, kW] }),
        bias === null ? null : a.sum(g, [0, 2, 3]),
      ];
    },
    examples: convExamples,
  },

  conv_transpose2d: {
    doc: 'The transpose of conv2d: each input pixel stamps a weighted kernel onto the output, enlarging by the stride.',
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      const weight = inputAt(inputs, 1);
      checkConvolution('conv_transpose2d', input, weight, attributes);
      const { stride, padding, dilation, groups, output_padding } = attributes;
      if (input.shape[1] !== weight.shape[0]) {
        throw new ShapeError(
          `Given transposed=1, weight of size ${sizes(weight.shape)}, expected input${sizes(input.shape)} to have ${weight.shape[0]} channels, but got ${input.shape[1]} channels instead`,
        );
      }
      const channels = weight.shape[1]! * groups;
      checkOperands('transposed=1, ', channels, input, weight, inputs[2] ?? null);
      if (output_padding.some((size, axis) => size >= stride[axis]! && size >= dilation[axis]!)) {
        throw new ShapeError(
          `output padding must be smaller than either stride or dilation, but got output_padding_height: ${output_padding[0]} output_padding_width: ${output_padding[1]} stride_height: ${stride[0]} stride_width: ${stride[1]} dilation_height: ${dilation[0]} dilation_width: ${dilation[1]}`,
        );
      }
      const size = spatial.map(
        (axis) =>
          (input.shape[2 + axis]! - 1) * stride[axis] -
          2 * padding[axis] +
          span(weight.shape[2 + axis]!, dilation[axis]) +
          output_padding[axis],
      );
      if (size.some((length) => length < 1)) {
        throw new ShapeError(
          `Given input size per channel: (${input.shape.slice(2).join(' x ')}). Calculated output size per channel: (${size.join(' x ')}). Output size is too small`,
        );
      }
      return [{ shape: [input.shape[0]!, channels, ...size], dtype: input.dtype }];
    },
    macs: (inputs) => macsAt(inputAt(inputs, 0), inputAt(inputs, 1)),
    // y = Wᵀ·x + b: dx = W ⋆ g, dW = g ⋆ x (input and output change places), db = Σ_NHW g
    gradient(builder, node, [g]) {
      if (g == null) return [null, null, null];
      const a = new Algebra(builder);
      const [x, weight, bias] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2] ?? null];
      const { stride, padding, dilation, groups } = node.attributes;
      const convolution = { stride, padding, dilation, groups };
      const [kH, kW] = builder.shape(weight).slice(2) as [number, number];
      const whole = builder.add('conv2d', [g, weight, null], convolution);
      // An output_padding of a whole stride (allowed below the dilation) makes rows that no input pixel made:
      // they are cut off dx, and x gets zeros there.
      const beyond = [3, 2].flatMap((dim) => [0, builder.shape(whole)[dim]! - builder.shape(x)[dim]!]);
      const exact = beyond.every((amount) => amount === 0);
      const enlarged = exact ? x : builder.add('pad', [x], { pad: beyond, value: 0 });
      const cut = beyond.map((amount) => -amount);
      return [
        exact ? whole : builder.add('pad', [whole], { pad: cut, value: 0 }),
        builder.add('conv2d_weight_grad', [g, enlarged], { ...convolution, kernel_size: [kH, kW] }),
        bias === null ? null : a.sum(g, [0, 2, 3]),
      ];
    },
    examples: [
      {
        inputs: [float32(2, 4, 3, 5), float32(4, 3, 2, 2), float32(3)],
        attributes: { ...attributes({ stride: [2, 2] }), output_padding: [0, 0] },
      },
      {
        inputs: [float32(1, 3, 4, 3), float32(3, 2, 3, 3), null],
        attributes: { ...attributes({ padding: [1, 1] }), output_padding: [0, 0] },
      },
      {
        inputs: [float32(2, 4, 3, 4), float32(4, 3, 3, 2), float32(6)],
        attributes: {
          ...attributes({ stride: [2, 3], padding: [1, 0], groups: 2 }),
          output_padding: [1, 2],
        },
      },
      {
        inputs: [float32(1, 2, 4, 5), float32(2, 3, 3, 2), null],
        attributes: {
          ...attributes({ stride: [1, 2], padding: [2, 1], dilation: [2, 3] }),
          output_padding: [1, 1],
        },
      },
    ],
  },

  conv2d_weight_grad: {
    doc: 'Gradient of a convolution’s weight: for each kernel place, the input under it times the output gradient, summed over the batch and all output places.',
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      const gradOutput = inputAt(inputs, 1);
      const { groups, kernel_size } = attributes;
      const shape = [gradOutput.shape[1]!, input.shape[1]! / groups, ...kernel_size];
      const [output] = conv.conv2d.infer([input, { shape, dtype: input.dtype }], attributes);
      if (!sameShape(gradOutput.shape, output!.shape)) {
        throw new Error(
          `a grad_output of size ${sizes(gradOutput.shape)} is none of an input of size ${sizes(input.shape)}`,
        );
      }
      return [{ shape, dtype: input.dtype }];
    },
    macs: (inputs, [weight]) => macsAt(inputAt(inputs, 1), weight!),
    gradient: null,
    examples: convExamples.map(({ inputs, attributes }) => ({
      inputs: [inputs[0]!, float32(...convolvedShape(inputs[0]!.shape, inputs[1]!.shape, attributes))],
      attributes: { ...attributes, kernel_size: inputs[1]!.shape.slice(2) as [number, number] },
    })),
  },
};
