/** @file Scores of a batch from the counts that `addMetrics` put into the graph. */
import type { Task } from '../runs/experiment';
import type { Metrics } from '../runs/run';

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

/** Metrics of a whole batch: the mean of each score over its samples. */
export function readMetrics(
  task: Task,
  outputs: ReadonlyMap<string, ArrayLike<number>>,
  batchSize: number,
): Metrics {
  const scores = scoreSamples(task, outputs, batchSize);
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, mean(values)]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
