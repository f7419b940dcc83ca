/** @file What a model's output says as probabilities, and where it says yes. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import type { LossName } from '../runs/experiment';

/**
 * Class probabilities N×C×… of an output that is logits: sigmoid of one channel, softmax over several. A model trained
 * by `mse` gives them directly, and only needs limiting to [0, 1].
 */
export function asProbabilities(builder: GraphBuilder, output: ValueId, loss?: LossName): ValueId {
  if (loss === 'mse') return builder.add('clamp', [output], { min: 0, max: 1 });
  return builder.shape(output)[1] === 1
    ? builder.add('sigmoid', [output], {})
    : builder.add('softmax', [output], { dim: 1 });
}

/** The value above which a single channel means foreground: probability ½. */
export function decisionThreshold(loss: LossName): number {
  return loss === 'mse' ? 0.5 : 0;
}
