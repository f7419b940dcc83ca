/** @file Losses over classes that exclude each other, as torch.nn.functional has them. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { LossSettings } from '../runs/experiment';
import { type LossDefinition, perChannel, reduced, withoutIgnored } from './lossDefinition';

type Settings = Omit<LossSettings, 'terms'>;

/**
 * −log p[class], each weighted by its class, over the sum of those weights. With label smoothing ε the target is
 * (1 − ε)·one-hot + ε/C. A class that is ignored or out of range (255 for "void") has no share.
 */
function negativeLogLikelihood(
  builder: GraphBuilder,
  logProbabilities: ValueId,
  oneHot: ValueId,
  settings: Settings,
): ValueId {
  const a = new Algebra(builder);
  const truth = withoutIgnored(a, oneHot, settings);
  const weights = settings.classWeights && perChannel(a, settings.classWeights, truth);
  const weighted = weights === null ? truth : a.mul(truth, weights);
  const { labelSmoothing } = settings;
  let target = weighted;
  if (labelSmoothing > 0) {
    const channels = a.shape(truth)[1]!;
    const isCounted = a.sum(truth, [1], true);
    const even = a.scale(weights === null ? isCounted : a.mul(isCounted, weights), labelSmoothing / channels);
    target = a.add(a.scale(weighted, 1 - labelSmoothing), even);
  }
  const total = a.sumAll(a.mul(logProbabilities, target));
  return a.neg(settings.reduction === 'sum' ? total : a.div(total, a.sumAll(weighted)));
}

/** Σ y·(log y − x), where 0·log 0 is 0; over classes or pixels that the target gives to none, 0. */
function divergence(builder: GraphBuilder, output: ValueId, oneHot: ValueId, settings: Settings): ValueId {
  const a = new Algebra(builder);
  const { labelSmoothing } = settings;
  const channels = a.shape(oneHot)[1]!;
  const truth =
    labelSmoothing === 0
      ? oneHot
      : a.add(
          a.scale(oneHot, 1 - labelSmoothing),
          a.scale(a.sum(oneHot, [1], true), labelSmoothing / channels),
        );
  const isPositive = a.gtScalar(truth, 0);
  const logarithm = a.log(a.where(isPositive, truth, a.full([], 1)));
  return reduced(a, a.mul(truth, a.sub(logarithm, output)), settings.reduction);
}

export const classLosses: Readonly<Record<'cross_entropy' | 'nll' | 'kl_div', LossDefinition>> = {
  cross_entropy: {
    doc: 'Cross-entropy over classes that exclude each other (nn.CrossEntropyLoss); the output holds one logit a class.',
    tasks: ['segmentation', 'classification'],
    needsClasses: true,
    output: 'logits',
    build: (builder, output, truth, settings) =>
      negativeLogLikelihood(builder, builder.add('log_softmax', [output], { dim: 1 }), truth, settings),
  },
  nll: {
    doc: 'Negative log-likelihood (nn.NLLLoss) of a model that ends in log-softmax.',
    tasks: ['segmentation', 'classification'],
    needsClasses: true,
    output: 'log-probabilities',
    build: (builder, output, truth, settings) =>
      negativeLogLikelihood(builder, output, truth, { ...settings, labelSmoothing: 0 }),
  },
  kl_div: {
    doc: 'Kullback–Leibler divergence (nn.KLDivLoss) of the target from a model that ends in log-softmax.',
    tasks: ['segmentation', 'classification'],
    needsClasses: true,
    output: 'log-probabilities',
    build: divergence,
  },
};
