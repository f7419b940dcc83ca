/** @file Dropout. In training it becomes a product with `dropout_mask`, whose numbers core/random/counterHash.ts defines. */
import { type OpRegistry, ShapeError } from './opDefinition';
import { float32, inputAt } from './typeRules';

function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new ShapeError(`dropout probability has to be between 0 and 1, but got ${p}`);
  }
}

export const random: Pick<OpRegistry, 'dropout' | 'dropout_mask'> = {
  dropout: {
    doc: 'In training, zeroes each element with probability p and scales the others by 1/(1 − p).',
    infer(inputs, { p }) {
      checkProbability(p);
      return [inputAt(inputs, 0)];
    },
    gradient(_builder, node, [g]) {
      if (node.attributes.training)
        throw new Error('dropout is rewritten to a mask before gradients are taken');
      return [g ?? null];
    },
    examples: [{ inputs: [float32(3, 5)], attributes: { p: 0.5, training: false } }],
  },
  dropout_mask: {
    doc: 'Zeros with probability p, else 1/(1 − p); a function of seed, stream and place alone.',
    infer(inputs, { shape, p }) {
      inputAt(inputs, 0);
      checkProbability(p);
      return [{ shape, dtype: 'float32' }];
    },
    gradient: null,
    examples: [
      { inputs: [float32()], attributes: { shape: [3, 5], p: 0.5, stream: 0 } },
      { inputs: [float32()], attributes: { shape: [2, 3, 5], p: 0.2, stream: 3 } },
    ],
  },
};
