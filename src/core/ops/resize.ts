/** @file Resizing images. NCHW throughout. */
import { sameShape } from '../graph/ir';
import type { InterpolateAttributes } from './attributes';
import { type OpExample, type OpRegistry, ShapeError } from './opDefinition';
import { float32, inputAt, requireFloating, sizes } from './typeRules';

const resized = (size: readonly [number, number], over: Partial<InterpolateAttributes>) => ({
  size,
  mode: 'nearest' as const,
  align_corners: false,
  antialias: false,
  ...over,
});

const examples: readonly OpExample<'interpolate'>[] = [
  { inputs: [float32(2, 3, 4, 5)], attributes: resized([8, 10], { mode: 'nearest' }) },
  { inputs: [float32(1, 2, 5, 7)], attributes: resized([7, 3], { mode: 'nearest' }) },
  { inputs: [float32(1, 2, 5, 7)], attributes: resized([7, 4], { mode: 'nearest-exact' }) },
  { inputs: [float32(1, 2, 4, 5)], attributes: resized([7, 9], { mode: 'bilinear' }) },
  { inputs: [float32(1, 2, 4, 5)], attributes: resized([5, 6], { mode: 'bilinear' }) },
  { inputs: [float32(1, 2, 7, 6)], attributes: resized([3, 4], { mode: 'bilinear' }) },
  { inputs: [float32(2, 1, 4, 5)], attributes: resized([7, 9], { mode: 'bilinear', align_corners: true }) },
  { inputs: [float32(1, 2, 4, 5)], attributes: resized([1, 9], { mode: 'bilinear', align_corners: true }) },
  { inputs: [float32(1, 2, 8, 9)], attributes: resized([3, 4], { mode: 'bilinear', antialias: true }) },
  { inputs: [float32(1, 2, 5, 5)], attributes: resized([7, 6], { mode: 'bilinear', antialias: true }) },
  { inputs: [float32(1, 2, 5, 6)], attributes: resized([8, 4], { mode: 'bicubic' }) },
  { inputs: [float32(1, 1, 5, 6)], attributes: resized([8, 9], { mode: 'bicubic', align_corners: true }) },
  { inputs: [float32(1, 1, 9, 8)], attributes: resized([4, 3], { mode: 'bicubic', antialias: true }) },
];

export const resize: Pick<OpRegistry, 'interpolate' | 'interpolate_backward'> = {
  interpolate: {
    doc: 'Resizes images to `size` by picking or mixing the nearest pixels.',
    infer(inputs, { size, mode, align_corners, antialias }) {
      const input = inputAt(inputs, 0);
      if (input.shape.length !== 4) {
        throw new ShapeError(
          `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ${sizes(input.shape.slice(2))} and output size of (${size.join(', ')}). Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.`,
        );
      }
      const [batch, channels, height, width] = input.shape as [number, number, number, number];
      if (Math.min(height, width, ...size) <= 0) {
        throw new ShapeError(
          `Input and output sizes should be greater than 0, but got input (H: ${height}, W: ${width}) output (H: ${size[0]}, W: ${size[1]})`,
        );
      }
      const picks = mode === 'nearest' || mode === 'nearest-exact';
      if (picks && align_corners) {
        throw new ShapeError(
          'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
        );
      }
      if (picks && antialias) {
        throw new ShapeError('Anti-alias option is only supported for bilinear and bicubic modes');
      }
      const dtype =
        input.dtype === 'uint8' && picks
          ? input.dtype
          : requireFloating(input.dtype, `upsample_${mode.replace('-', '_')}2d_channels_last`);
      return [{ shape: [batch, channels, ...size], dtype }];
    },
    // Linear in the input, so its gradient is its transpose: each pixel's share goes back to where it came from.
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : builder.add('interpolate_backward', [g], {
            ...node.attributes,
            input_size: builder.shape(node.inputs[0]!).slice(2) as [number, number],
          }),
    ],
    examples,
  },
  interpolate_backward: {
    doc: 'Gradient of interpolate: every output pixel’s gradient, by the same weights, back at the pixels it was mixed from.',
    infer(inputs, { size, input_size }) {
      const { shape, dtype } = inputAt(inputs, 0);
      if (!sameShape(shape.slice(2), size)) {
        throw new Error(`the output has size ${sizes(size)}, its gradient ${sizes(shape.slice(2))}`);
      }
      return [{ shape: [shape[0]!, shape[1]!, ...input_size], dtype }];
    },
    gradient: null,
    examples: examples.map(({ inputs, attributes }) => ({
      inputs: [float32(...inputs[0]!.shape.slice(0, 2), ...attributes.size)],
      attributes: { ...attributes, input_size: inputs[0]!.shape.slice(2) as [number, number] },
    })),
  },
};
