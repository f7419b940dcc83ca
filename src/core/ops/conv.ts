/** @file Convolution, its transpose, and the weight gradient that both share. NCHW throughout. */
import { sameShape } from '../graph/ir';
import { Algebra } from './algebra';
import type { ConvolutionAttributes } from './attributes';
import { convolutionType, macsAt, span, transposedConvolutionType } from './convolutionRules';
import type { OpExample, OpRegistry } from './opDefinition';
import { float32, inputAt, sizes } from './typeRules';

type ConvolutionOps = 'conv2d' | 'conv_transpose2d' | 'conv2d_weight_grad';
type Attributes = ConvolutionAttributes;

const attributes = (over: Partial<Attributes> = {}): Attributes => ({
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
  ...over,
});

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
    infer: (inputs, attributes) => [convolutionType('conv2d', 2, inputs, attributes)],
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
    infer: (inputs, attributes) => [transposedConvolutionType('conv_transpose2d', 2, inputs, attributes)],
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
      inputs: [inputs[0]!, float32(...convolutionType('conv2d', 2, inputs, attributes).shape)],
      attributes: { ...attributes, kernel_size: inputs[1]!.shape.slice(2) as [number, number] },
    })),
  },
};
