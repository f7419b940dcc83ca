/** @file The pinned samples as people look at them: picture, truth, prediction, score. */
import type { Sample } from '../core/dataset/dataset';
import type { TrainingJob } from '../core/runs/job';
import type { PinnedPreview } from '../core/runs/run';
import type { TensorData } from './backend';
import { argmax, classMap, diceOf, toRgba } from './classMap';
import type { Feed } from './feed';

/**
 * Samples that cannot be read have none: the feed has warned, and the batch held another in their place.
 * @param probabilities of a batch whose first samples are `samples`; N×C×H×W or N×C
 */
export async function pinnedPreviews(
  job: TrainingJob,
  feed: Feed,
  samples: readonly Sample[],
  probabilities: TensorData,
  batch: number,
): Promise<PinnedPreview[]> {
  const [channels, height, width] = job.experiment.input;
  const size = probabilities.length / batch;
  const previews: PinnedPreview[] = [];
  for (const [position, sample] of samples.entries()) {
    if (feed.isBroken(sample)) continue;
    const loaded = await feed.sample(sample);
    const values = Float32Array.from(probabilities.subarray(position * size, (position + 1) * size));
    const picture = {
      sample: sample.image,
      width,
      height,
      image: toRgba(loaded.image, channels, height, width),
    };
    if (sample.kind === 'classification') {
      const predictedClass = argmax(values);
      const score = values[predictedClass]!;
      const nothing = { truth: null, prediction: null };
      previews.push({ ...picture, ...nothing, score, predictedClass, trueClass: sample.label });
    } else {
      const truth = Uint8Array.from(loaded.target);
      const prediction = classMap(values, size / (height * width), height * width);
      const score = diceOf(prediction, truth, job.dataset.classes.length);
      previews.push({ ...picture, truth, prediction, score, predictedClass: null, trueClass: null });
    }
  }
  return previews;
}
