/** @file What losses need beyond arithmetic. */
import { type OpRegistry, ShapeError } from './opDefinition';
import { inputAt, int64, isFloating } from './typeRules';

export const lossPieces: Pick<OpRegistry, 'one_hot'> = {
  one_hot: {
    doc: 'Class indexes N×… as float32 N×num_classes×…: 1 at the class, else 0; nothing for a class out of range.',
    infer(inputs, { num_classes }) {
      const target = inputAt(inputs, 0);
      if (isFloating(target.dtype)) {
        throw new ShapeError('one_hot is only applicable to index tensor.');
      }
      if (target.shape.length === 0) throw new Error('one_hot puts the classes after a batch axis');
      const [batch, ...rest] = target.shape;
      return [{ shape: [batch!, num_classes, ...rest], dtype: 'float32' }];
    },
    gradient: null,
    examples: [
      { inputs: [int64(5)], attributes: { num_classes: 4 } },
      { inputs: [int64(2, 3, 4)], attributes: { num_classes: 3 } },
    ],
  },
};
