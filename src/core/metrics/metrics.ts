/** @file Metrics: counts that the graph takes on the device, and the exact scores that they give per image. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { decisionThreshold } from '../losses/probabilities';
import { Algebra } from '../ops/algebra';
import type { LossName, Task } from '../runs/experiment';
import type { Metrics } from '../runs/run';

/**
 * Adds the outputs that `scoreSamples` reads, all float32:
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
  loss: LossName,
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
function predictedClasses(builder: GraphBuilder, loss: LossName, output: ValueId): ValueId {
  const a = new Algebra(builder);
  const channels = a.shape(output)[1]!;
  if (channels === 1) return a.cast(a.gtScalar(output, decisionThreshold(loss)), 'float32');
  const winner = builder.add('argmax', [output], { dim: 1, keepdim: false });
  return builder.add('one_hot', [winner], { num_classes: channels });
}

function countCorrect(a: Algebra, predicted: ValueId, truth: ValueId): ValueId {
  if (a.shape(predicted)[1] === 1) return a.sum(a.cast(a.eq(predicted, truth), 'float32'), [1]);
  return a.sum(a.mul(predicted, truth), [1]);
}

/** One number a sample for each metric of the task. */
export type SampleScores = Readonly<Record<string, readonly number[]>>;

/**
 * Scores of the first `count` samples of a batch of `batchSize` (the rest being padding), from the outputs of
 * `addMetrics`.
 * Segmentation gives `dice` = 2·|A∩B| / (|A| + |B|) and `iou` = |A∩B| / |A∪B| per image, averaged over the classes that
 * occur in its truth or prediction; 1 where none does. Classification gives `accuracy`, 0 or 1.
 */
export function scoreSamples(
  task: Task,
  outputs: ReadonlyMap<string, ArrayLike<number>>,
  batchSize: number,
  count = batchSize,
): SampleScores {
  const read = (name: string): ArrayLike<number> => {
    const values = outputs.get(name);
    if (!values) throw new Error(`the graph has no output '${name}'`);
    return values;
  };
  if (task === 'classification') {
    return { accuracy: Array.from(read('metric.correct')).slice(0, count) };
  }
  const intersection = read('metric.intersection');
  const prediction = read('metric.prediction');
  const target = read('metric.target');
  const classes = intersection.length / batchSize;
  const samples = Array.from({ length: count }, (_, sample) => sample);
  return {
    dice: samples.map((sample) => score(sample, (both, sizes) => (2 * both) / sizes)),
    iou: samples.map((sample) => score(sample, (both, sizes) => both / (sizes - both))),
  };

  function score(sample: number, ratio: (both: number, sizes: number) => number): number {
    const ratios: number[] = [];
    for (let at = sample * classes; at < (sample + 1) * classes; at++) {
      const sizes = prediction[at]! + target[at]!;
      if (sizes > 0) ratios.push(ratio(intersection[at]!, sizes));
    }
    return ratios.length === 0 ? 1 : mean(ratios);
  }
}

/** The mean of each score. */
export function meanScores(scores: SampleScores): Metrics {
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, mean(values)]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
