/** @file Ops without inputs: values that the graph itself holds. */
import { elementCount } from '../graph/ir';
import type { OpRegistry } from './opDefinition';
import { sizes } from './typeRules';

export const sources: Pick<OpRegistry, 'constant' | 'full'> = {
  constant: {
    doc: 'A small tensor whose values are known when the model is traced.',
    infer(_inputs, { shape, dtype, values }) {
      if (values.length !== elementCount(shape)) {
        throw new Error(`a constant of size ${sizes(shape)} holds ${values.length} values`);
      }
      return [{ shape, dtype }];
    },
    gradient: null,
    examples: [
      { inputs: [], attributes: { shape: [2, 3], dtype: 'float32', values: [1, -2, 0.5, 4, 5.25, -0.125] } },
      { inputs: [], attributes: { shape: [], dtype: 'float32', values: [3] } },
      { inputs: [], attributes: { shape: [3], dtype: 'int64', values: [2, -1, 7] } },
    ],
  },
  full: {
    doc: 'A tensor with one value in every place.',
    infer: (_inputs, { shape, dtype }) => [{ shape, dtype }],
    gradient: null,
    examples: [
      { inputs: [], attributes: { shape: [2, 3], dtype: 'float32', value: -1.5 } },
      { inputs: [], attributes: { shape: [], dtype: 'float32', value: 1 } },
      { inputs: [], attributes: { shape: [3], dtype: 'int64', value: 4 } },
    ],
  },
};
