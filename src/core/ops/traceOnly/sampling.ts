/** @file Sampling at computed places, and random numbers inside of forward. */
import { ShapeError } from '../opDefinition';
import { float32, inputAt, isFloating, sizes } from '../typeRules';
import type { TraceOnlyRegistry } from './traceOnlyDefinition';

export const sampling: Pick<TraceOnlyRegistry, 'grid_sample' | 'random' | 'bernoulli' | 'multinomial'> = {
  grid_sample: {
    doc: 'Reads the image (or volume) at places that another tensor names, from −1 to 1, mixing neighbours.',
    infer(inputs) {
      const [input, grid] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      const told = `but got input with sizes ${sizes(input.shape)} and grid with sizes ${sizes(grid.shape)}`;
      if (input.dtype !== grid.dtype) {
        throw new ShapeError(
          'grid_sampler(): expected input and grid to have same dtype, but input has ' +
            `${cType(input.dtype)} and grid has ${cType(grid.dtype)}`,
        );
      }
      if (input.shape[0] !== grid.shape[0]) {
        throw new ShapeError(`grid_sampler(): expected grid and input to have same batch size, ${told}`);
      }
      const planes = input.shape.length - 2;
      if (grid.shape.at(-1) !== planes) {
        throw new ShapeError(
          `grid_sampler(): expected grid to have size ${planes} in last dimension, but got grid with sizes ${sizes(grid.shape)}`,
        );
      }
      if ((planes !== 2 && planes !== 3) || grid.shape.length !== planes + 2) {
        throw new ShapeError(
          `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, ${told}`,
        );
      }
      return [{ shape: [...input.shape.slice(0, 2), ...grid.shape.slice(1, -1)], dtype: input.dtype }];
    },
    examples: [
      {
        inputs: [float32(2, 3, 8, 8), float32(2, 5, 6, 2)],
        attributes: { mode: 'bilinear', padding_mode: 'zeros', align_corners: false },
      },
    ],
  },
  random: {
    doc: 'Random numbers.',
    infer: (_, { shape, dtype }) => [{ shape, dtype }],
    examples: [{ inputs: [], attributes: { shape: [2, 3], dtype: 'float32', distribution: 'uniform' } }],
  },
  bernoulli: {
    doc: 'One with the probability that the input gives, else zero.',
    infer: (inputs) => [inputAt(inputs, 0)],
    examples: [{ inputs: [float32(2, 3)], attributes: {} }],
  },
  multinomial: {
    doc: 'Numbers of columns, drawn with the weights that the input gives.',
    infer(inputs, { num_samples }) {
      const { shape, dtype } = inputAt(inputs, 0);
      if (shape.length < 1 || shape.length > 2) throw new ShapeError('prob_dist must be 1 or 2 dim');
      if (!isFloating(dtype)) {
        throw new ShapeError(`multinomial only supports floating-point dtypes for input, got: ${dtype}`);
      }
      return [{ shape: [...shape.slice(0, -1), num_samples], dtype: 'int64' }];
    },
    examples: [{ inputs: [float32(2, 5)], attributes: { num_samples: 3 } }],
  },
};

/** As C++ spells the scalar types that messages of sampling name. */
function cType(dtype: string): string {
  return { float32: 'float', float64: 'double', float16: 'c10::Half', int64: 'long int' }[dtype] ?? dtype;
}
