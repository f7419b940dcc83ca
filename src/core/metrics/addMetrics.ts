/** @file Metrics as the graph takes them: small counts per sample, from which `readMetrics` makes exact scores. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { outputMeaning } from '../losses/losses';
import { decisionThreshold } from '../losses/probabilities';
import { Algebra } from '../ops/algebra';
import type { Loss, Task } from '../runs/experiment';

/**
 * Adds the outputs that `readMetrics` reads, all float32:
 * - segmentation: `metric.intersection`, `metric.prediction`, `metric.target`, each N×K: pixels, per sample and foreground
 *   class, in both, in the predicted and in the true mask. K is 1 for one channel, else C − 1: class 0 is background.
 * - classification: `metric.correct`, N: 1 where the predicted class is the true one.
 *
 * @param output the model's output, N×C or N×C×H×W
 * @param truth float32 of the same shape, as `alignTarget` gives it
 */
export function addMetrics(
  builder: GraphBuilder,
  task: Task,
  loss: Loss,
  output: ValueId,
  truth: ValueId,
): void {
  const a = new Algebra(builder);
  const predicted = predictedClasses(builder, loss, output);
  if (task === 'classification') {
    builder.output('metric.correct', countCorrect(a, predicted, truth));
    return;
  }
  const foreground = (mask: ValueId) => {
    const channels = a.shape(mask)[1]!;
    if (channels === 1) return mask;
    return builder.add('slice', [mask], { dim: 1, start: 1, end: channels, step: 1 });
  };
  const [prediction, target] = [foreground(predicted), foreground(truth)];
  const pixels = [2, 3];
  builder.output('metric.intersection', a.sum(a.mul(prediction, target), pixels));
  builder.output('metric.prediction', a.sum(prediction, pixels));
  builder.output('metric.target', a.sum(target, pixels));
}

/** 1 at the predicted class of each sample or pixel, else 0; of the output's shape. */
function predictedClasses(builder: GraphBuilder, loss: Loss, output: ValueId): ValueId {
  const a = new Algebra(builder);
  const channels = a.shape(output)[1]!;
  if (channels === 1) return a.cast(a.gtScalar(output, decisionThreshold(outputMeaning(loss))), 'float32');
  const winner = builder.add('argmax', [output], { dim: 1, keepdim: false });
  return builder.add('one_hot', [winner], { num_classes: channels });
}

function countCorrect(a: Algebra, predicted: ValueId, truth: ValueId): ValueId {
  if (a.shape(predicted)[1] === 1) return a.sum(a.cast(a.eq(predicted, truth), 'float32'), [1]);
  return a.sum(a.mul(predicted, truth), [1]);
}
