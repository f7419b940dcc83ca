/** @file Losses that ask of each channel yes or no, and focal loss. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { LossSettings } from '../runs/experiment';
import { type LossDefinition, perChannel, reduced, withoutIgnored } from './lossDefinition';

type Settings = Omit<LossSettings, 'terms'>;

/**
 * −w·(pos·y·log σ(x) + (1 − y)·log(1 − σ(x))). Without `posWeight` that is softplus(x) − x·y, with it
 * (1 − y)·x + (1 + (pos − 1)·y)·softplus(−x).
 */
export function bceWithLogits(
  builder: GraphBuilder,
  x: ValueId,
  y: ValueId,
  { posWeight, classWeights, reduction }: Pick<Settings, 'posWeight' | 'classWeights' | 'reduction'>,
): ValueId {
  const a = new Algebra(builder);
  const softplus = (value: ValueId) => builder.add('softplus', [value], {});
  const elements =
    posWeight === null
      ? a.sub(softplus(x), a.mul(x, y))
      : a.add(
          a.mul(a.shift(a.neg(y), 1), x),
          a.mul(
            a.shift(
              a.mul(
                y,
                perChannel(
                  a,
                  posWeight.map((weight) => weight - 1),
                  y,
                ),
              ),
              1,
            ),
            softplus(a.neg(x)),
          ),
        );
  return reduced(a, weightedBy(a, elements, classWeights), reduction);
}

function weightedBy(a: Algebra, elements: ValueId, classWeights: readonly number[] | null): ValueId {
  return classWeights === null ? elements : a.mul(elements, perChannel(a, classWeights, elements));
}

/** Below float32's least normal number a probability is 0, and its logarithm −100, as nn.BCELoss has it. */
const LEAST = 1.1754944e-38;

function logarithm(a: Algebra, p: ValueId): ValueId {
  const isZero = a.ltScalar(p, LEAST);
  return a.where(isZero, a.full([], -100), a.log(a.where(isZero, a.full([], 1), p)));
}

/** −(y·log p + (1 − y)·log(1 − p)) */
function bce(builder: GraphBuilder, p: ValueId, y: ValueId, settings: Settings): ValueId {
  const a = new Algebra(builder);
  const yes = a.mul(y, logarithm(a, p));
  const no = a.mul(a.shift(a.neg(y), 1), logarithm(a, a.shift(a.neg(p), 1)));
  return reduced(a, weightedBy(a, a.neg(a.add(yes, no)), settings.classWeights), settings.reduction);
}

/**
 * (1 − p_t)^γ · −log p_t, with α on the foreground and 1 − α on the background, p_t being the probability of the truth:
 * by a sigmoid for one channel, by a softmax for several (where the mean is over pixels, and `classWeights` is α).
 * Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
 */
function focal(builder: GraphBuilder, x: ValueId, y: ValueId, settings: Settings): ValueId {
  const a = new Algebra(builder);
  const { gamma, alpha, reduction } = settings;
  if (a.shape(x)[1] === 1) {
    // 1 − p_t = σ(x·(1 − 2y)): no difference of nearly equal numbers
    const signed = a.mul(x, a.shift(a.scale(y, -2), 1));
    const easy = a.power(a.sigmoid(signed), gamma);
    const elements = a.mul(easy, builder.add('softplus', [signed], {}));
    const balance = alpha === null ? null : a.shift(a.scale(y, 2 * alpha - 1), 1 - alpha);
    return reduced(a, balance === null ? elements : a.mul(elements, balance), reduction);
  }
  const truth = withoutIgnored(a, y, settings);
  const logProbabilities = builder.add('log_softmax', [x], { dim: 1 });
  const easy = a.power(a.shift(a.neg(a.exp(logProbabilities)), 1), gamma);
  const elements = a.mul(a.mul(easy, logProbabilities), weightedBy(a, truth, settings.classWeights));
  const total = a.neg(a.sumAll(elements));
  return reduction === 'sum' ? total : a.div(total, a.sumAll(truth));
}

export const binaryLosses: Readonly<Record<'bce_with_logits' | 'bce' | 'focal', LossDefinition>> = {
  bce_with_logits: {
    doc: 'Binary cross-entropy on logits (nn.BCEWithLogitsLoss): each channel says yes or no by itself.',
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    output: 'logits',
    build: bceWithLogits,
  },
  bce: {
    doc: 'Binary cross-entropy (nn.BCELoss) of a model that ends in a sigmoid.',
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    output: 'probabilities',
    build: bce,
  },
  focal: {
    doc: 'Focal loss: cross-entropy that leaves out what is already right, for rare foreground.',
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    output: 'logits',
    build: focal,
  },
};
