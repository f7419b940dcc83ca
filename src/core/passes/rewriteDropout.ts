/** @file Dropout in training, as a product with a mask that a seed decides. */
import type { Graph, ValueId } from '../graph/ir';
import { isOp, type Rewrite, rewrite } from './rewrite';

/**
 * `dropout` becomes `mul(input, dropout_mask(seed))` in training and nothing in evaluation. The scalar input `seed`
 * is added where some mask needs it; each dropout has its own stream, in the order of the graph.
 */
export function rewriteDropout(graph: Graph): Graph {
  let seed: ValueId | null = null;
  let streams = 0;
  const rule: Rewrite = (draft, { builder, add }) => {
    if (!isOp(draft, 'dropout')) return null;
    const input = draft.inputs[0]!;
    const { p, training } = draft.attributes;
    if (!training || p === 0) return input;
    seed ??= builder.input('scalar', 'seed', { shape: [], dtype: 'float32' });
    const mask = add('dropout_mask', [seed], { shape: builder.shape(input), p, stream: streams++ });
    return add('mul', [input, mask], {});
  };
  return rewrite(graph, [rule]);
}
