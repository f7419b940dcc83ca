/** @file What losses need beyond arithmetic. */
import { sameShape } from '../graph/ir';
import { type OpRegistry, ShapeError } from './opDefinition';
import { float32, inputAt, int64, isFloating } from './typeRules';

export const lossPieces: Pick<OpRegistry, 'one_hot' | 'lovasz_weights'> = {
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
  // Errors in falling order; of the first k of them, c in the truth, which has F: J(k) = 1 − (F − c)/(F + k − c);
  // the k-th has J(k) − J(k − 1). Equal errors count in row order.
  // Source: Berman et al., "The Lovász-Softmax loss", CVPR 2018.
  lovasz_weights: {
    doc: 'Weights that turn the errors of each row into its Lovász extension of the Jaccard loss.',
    infer(inputs) {
      const errors = inputAt(inputs, 0);
      if (errors.shape.length !== 2) throw new Error('lovasz_weights takes rows of errors');
      if (!sameShape(errors.shape, inputAt(inputs, 1).shape))
        throw new Error('errors and truth differ in shape');
      return [errors];
    },
    gradient: null,
    examples: [
      { inputs: [float32(2, 7), float32(2, 7)], attributes: {} },
      { inputs: [float32(3, 70), float32(3, 70)], attributes: {} },
    ],
  },
};
