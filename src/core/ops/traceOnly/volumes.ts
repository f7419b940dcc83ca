/** @file Convolution, pooling and resizing of volumes, N×C×D×H×W. */
import { convolutionType, macsAt, transposedConvolutionType } from '../convolutionRules';
import { ShapeError } from '../opDefinition';
import { adaptivePoolType, pooledType } from '../poolRules';
import { float32, inputAt, requireFloating, sizes } from '../typeRules';
import type { Convolution3dAttributes, MaxPool3dAttributes } from './attributes';
import type { TraceOnlyRegistry } from './traceOnlyDefinition';

type VolumeOps =
  | ('conv3d' | 'conv_transpose3d' | 'max_pool3d' | 'avg_pool3d')
  | ('adaptive_avg_pool3d' | 'adaptive_max_pool3d' | 'interpolate3d');

const convolution: Convolution3dAttributes = {
  stride: [2, 1, 1],
  padding: [1, 1, 1],
  dilation: [1, 1, 1],
  groups: 1,
};

export const window3d: MaxPool3dAttributes = {
  kernel_size: [2, 2, 2],
  stride: [2, 2, 2],
  padding: [0, 0, 0],
  dilation: [1, 1, 1],
  ceil_mode: false,
};

export const volumes: Pick<TraceOnlyRegistry, VolumeOps> = {
  conv3d: {
    doc: 'Slides O kernels over the volume: each output voxel is a weighted sum of a neighbourhood of all channels of its group.',
    infer: (inputs, attributes) => [convolutionType('conv3d', 3, inputs, attributes)],
    macs: (inputs, [output]) => macsAt(output!, inputAt(inputs, 1)),
    examples: [{ inputs: [float32(1, 2, 4, 5, 6), float32(3, 2, 3, 3, 3), null], attributes: convolution }],
  },
  conv_transpose3d: {
    doc: 'The transpose of conv3d: each input voxel stamps a weighted kernel onto the output, enlarging by the stride.',
    infer: (inputs, attributes) => [transposedConvolutionType('conv_transpose3d', 3, inputs, attributes)],
    macs: (inputs) => macsAt(inputAt(inputs, 0), inputAt(inputs, 1)),
    examples: [
      {
        inputs: [float32(1, 2, 4, 5, 6), float32(2, 3, 3, 3, 3), null],
        attributes: { ...convolution, output_padding: [1, 0, 0] },
      },
    ],
  },
  max_pool3d: {
    doc: 'The largest element of each window.',
    infer: (inputs, attributes) => [
      pooledType('max_pool3d', 3, inputAt(inputs, 0), attributes, attributes.dilation),
    ],
    examples: [{ inputs: [float32(1, 2, 4, 5, 6)], attributes: window3d }],
  },
  avg_pool3d: {
    doc: 'The mean of each window.',
    infer(inputs, attributes) {
      if (attributes.divisor_override === 0) throw new ShapeError('divisor must be not zero');
      return [pooledType('avg_pool3d', 3, inputAt(inputs, 0), attributes, [1, 1, 1])];
    },
    examples: [
      {
        inputs: [float32(1, 2, 4, 5, 6)],
        attributes: { ...window3d, ceil_mode: true, count_include_pad: true, divisor_override: null },
      },
    ],
  },
  adaptive_avg_pool3d: {
    doc: 'Means over a grid of output_size cells.',
    infer: (inputs, { output_size }) => [
      adaptivePoolType('adaptive_avg_pool3d', inputAt(inputs, 0), output_size),
    ],
    examples: [{ inputs: [float32(1, 2, 4, 5, 6)], attributes: { output_size: [1, 2, 3] } }],
  },
  adaptive_max_pool3d: {
    doc: 'The largest element of each of output_size cells.',
    infer: (inputs, { output_size }) => [
      adaptivePoolType('adaptive_max_pool3d', inputAt(inputs, 0), output_size),
    ],
    examples: [{ inputs: [float32(1, 2, 4, 5, 6)], attributes: { output_size: [1, 2, 3] } }],
  },
  interpolate3d: {
    doc: 'Resizes volumes to `size` by picking or mixing the nearest voxels.',
    infer(inputs, { size, mode }) {
      const { shape, dtype } = inputAt(inputs, 0);
      if (shape.length !== 5) {
        throw new ShapeError(`It is expected input_size equals to 5, but got size ${shape.length}`);
      }
      const volume = (lengths: readonly number[]) => `(D: ${lengths[0]}, H: ${lengths[1]}, W: ${lengths[2]})`;
      if (Math.min(...shape.slice(2), ...size) <= 0) {
        throw new ShapeError(
          `Input and output sizes should be greater than 0, but got input ${volume(shape.slice(2))} output ${volume(size)}`,
        );
      }
      if (shape[1] === 0)
        throw new ShapeError(`Non-empty 5D data tensor expected but got a tensor with sizes ${sizes(shape)}`);
      return [
        { shape: [shape[0]!, shape[1]!, ...size], dtype: requireFloating(dtype, `upsample_${mode}3d`) },
      ];
    },
    examples: [
      {
        inputs: [float32(1, 2, 4, 5, 6)],
        attributes: { size: [8, 10, 12], mode: 'trilinear', align_corners: false },
      },
    ],
  },
};
