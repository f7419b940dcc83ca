/** @file Losses with PyTorch's meaning and 'mean' reduction, as graph builders. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { LossName, Task } from '../runs/experiment';
import { asProbabilities } from './probabilities';

export interface LossDefinition {
  /** One sentence, for the form and its hover. */
  readonly doc: string;
  readonly tasks: readonly Task[];
  /** Whether it compares classes (one per sample or pixel) or any numbers of the output's shape. */
  readonly needsClasses: boolean;
  /**
   * The scalar loss. `output`: N×C or N×C×H×W as the model gives it; `truth`: float32 of the same shape
   * (one-hot over C classes, or 0/1 for one channel).
   */
  build(builder: GraphBuilder, output: ValueId, truth: ValueId): ValueId;
}

/**
 * −log softmax(x)[class], averaged over samples and pixels. A class out of range (255 for "void") has no share in the
 * mean, as with PyTorch's ignore_index.
 */
function crossEntropy(builder: GraphBuilder, output: ValueId, truth: ValueId): ValueId {
  const a = new Algebra(builder);
  const logProbabilities = builder.add('log_softmax', [output], { dim: 1 });
  return a.neg(a.div(a.sumAll(a.mul(logProbabilities, truth)), a.sumAll(truth)));
}

/** −y·log σ(x) − (1 − y)·log(1 − σ(x)) = softplus(x) − x·y, averaged over all elements. */
function bceWithLogits(builder: GraphBuilder, output: ValueId, truth: ValueId): ValueId {
  const a = new Algebra(builder);
  return a.meanAll(a.sub(builder.add('softplus', [output], {}), a.mul(output, truth)));
}

/** Added above and below the fraction, so that an empty mask predicted empty costs nothing. */
const smooth = 1;

/** 1 − (2·Σ p·y + 1) / (Σ p + Σ y + 1), summed over the pixels of each sample and class, then averaged. */
function dice(builder: GraphBuilder, output: ValueId, truth: ValueId): ValueId {
  const a = new Algebra(builder);
  const probabilities = asProbabilities(builder, output);
  const pixels = [2, 3];
  const overlap = a.shift(a.scale(a.sum(a.mul(probabilities, truth), pixels), 2), smooth);
  const total = a.shift(a.add(a.sum(probabilities, pixels), a.sum(truth, pixels)), smooth);
  return a.meanAll(a.shift(a.neg(a.div(overlap, total)), 1));
}

/** (x − y)², averaged over all elements. */
function meanSquaredError(builder: GraphBuilder, output: ValueId, truth: ValueId): ValueId {
  const a = new Algebra(builder);
  return a.meanAll(a.square(a.sub(output, truth)));
}

export const losses: Readonly<Record<LossName, LossDefinition>> = {
  cross_entropy: {
    doc: 'Cross-entropy over classes that exclude each other (nn.CrossEntropyLoss); the output holds one logit a class.',
    tasks: ['segmentation', 'classification'],
    needsClasses: true,
    build: crossEntropy,
  },
  bce_with_logits: {
    doc: 'Binary cross-entropy on logits (nn.BCEWithLogitsLoss): each channel says yes or no by itself.',
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    build: bceWithLogits,
  },
  dice: {
    doc: 'Soft Dice loss: one minus the overlap of predicted probabilities and mask, per image and class, smoothed by 1.',
    tasks: ['segmentation'],
    needsClasses: false,
    build: dice,
  },
  bce_dice: {
    doc: 'Binary cross-entropy on logits plus soft Dice loss: steady gradients early, good overlap late.',
    tasks: ['segmentation'],
    needsClasses: false,
    build: (builder, output, truth) =>
      builder.add('add', [bceWithLogits(builder, output, truth), dice(builder, output, truth)], {}),
  },
  mse: {
    doc: 'Mean squared error between the output as it is and the target (nn.MSELoss).',
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    build: meanSquaredError,
  },
};
