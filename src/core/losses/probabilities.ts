/** @file What a model's output says as probabilities, and where it says yes. */
import type { GraphBuilder } from '../graph/builder';
import type { Graph, ValueId } from '../graph/ir';
import type { OutputMeaning } from './lossDefinition';

/**
 * The logits behind `output`. A model that ends in a sigmoid of its own (and is trained by nn.BCELoss) is taken before it
 * for the losses that apply one, so that bce_with_logits is BCELoss on what it returns; any other output is taken as it is.
 */
export function logitsOf(graph: Graph, output: ValueId, takesAsIs: boolean): ValueId {
  const last = takesAsIs ? undefined : producerOf(graph, output);
  return last?.op === 'sigmoid' ? last.inputs[0]! : output;
}

/** The class probabilities of a model that returns them itself, by a softmax at its end; else null. */
export function returnedProbabilities(graph: Graph, output: ValueId): ValueId | null {
  const last = producerOf(graph, output);
  return last?.op === 'softmax' && last.attributes.dim === 1 ? output : null;
}

function producerOf(graph: Graph, value: ValueId) {
  return graph.nodes.find((node) => node.outputs.includes(value));
}

/**
 * Class probabilities N×C×… of an output: of logits the sigmoid of one channel or the softmax over several. Values, as
 * `mse` trains them, only need limiting to [0, 1].
 */
export function asProbabilities(
  builder: GraphBuilder,
  output: ValueId,
  meaning: OutputMeaning = 'logits',
): ValueId {
  switch (meaning) {
    case 'probabilities':
      return output;
    case 'log-probabilities':
      return builder.add('exp', [output], {});
    case 'values':
      return builder.add('clamp', [output], { min: 0, max: 1 });
    case 'logits':
      return builder.shape(output)[1] === 1
        ? builder.add('sigmoid', [output], {})
        : builder.add('softmax', [output], { dim: 1 });
  }
}

/** The value above which a single channel means foreground: probability ½. */
export function decisionThreshold(meaning: OutputMeaning): number {
  return { logits: 0, 'log-probabilities': Math.log(0.5), probabilities: 0.5, values: 0.5 }[meaning];
}
