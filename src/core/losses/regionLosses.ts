/** @file Losses over how much two regions overlap, for masks. */
import type { GraphBuilder } from '../graph/builder';
import { elementCount, type ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { LossSettings } from '../runs/experiment';
import { bceWithLogits } from './binaryLosses';
import { type LossDefinition, withoutIgnored } from './lossDefinition';
import { asProbabilities } from './probabilities';

type Settings = Omit<LossSettings, 'terms'>;

interface Regions {
  readonly a: Algebra;
  /** Probabilities and truth, N×C×H×W, both 0 where a pixel is ignored. */
  readonly p: ValueId;
  readonly y: ValueId;
}

/** With an `ignoreIndex`, pixels of that class, or of none, have no share. */
function regions(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: Settings): Regions {
  const a = new Algebra(builder);
  const p = asProbabilities(builder, output);
  if (settings.ignoreIndex === null || a.shape(output)[1] === 1) return { a, p, y: truth };
  const y = withoutIgnored(a, truth, settings);
  return { a, p: a.mul(p, a.sum(y, [1], true)), y };
}

const PIXELS = [2, 3];

/** 1 − (k·Σ p·y + s) / (below + s), of each sample and class, averaged. */
function lossOfOverlap(
  { a, p, y }: Regions,
  { smooth }: Pick<Settings, 'smooth'>,
  k: number,
  below: (overlap: ValueId, predicted: ValueId, actual: ValueId) => ValueId,
): ValueId {
  const overlap = a.sum(a.mul(p, y), PIXELS);
  const above = a.shift(k === 1 ? overlap : a.scale(overlap, k), smooth);
  const total = a.shift(below(overlap, a.sum(p, PIXELS), a.sum(y, PIXELS)), smooth);
  return a.meanAll(a.shift(a.neg(a.div(above, total)), 1));
}

/** 1 − (2·Σ p·y + s) / (Σ p + Σ y + s) */
function dice(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: Settings): ValueId {
  const found = regions(builder, output, truth, settings);
  return lossOfOverlap(found, settings, 2, (_, predicted, actual) => found.a.add(predicted, actual));
}

/** 1 − (Σ p·y + s) / (Σ p + Σ y − Σ p·y + s) */
function jaccard(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: Settings): ValueId {
  const found = regions(builder, output, truth, settings);
  const { a } = found;
  return lossOfOverlap(found, settings, 1, (overlap, predicted, actual) =>
    a.sub(a.add(predicted, actual), overlap),
  );
}

/**
 * 1 − (TP + s) / (TP + α·FP + β·FN + s), TP = Σ p·y, FP = Σ p·(1 − y), FN = Σ (1 − p)·y.
 * Source: Salehi et al., "Tversky loss function for image segmentation using 3D fully convolutional deep networks", 2017.
 */
function tversky(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: Settings): ValueId {
  const found = regions(builder, output, truth, settings);
  const { a } = found;
  const { beta } = settings;
  const alpha = settings.alpha ?? 0.5;
  return lossOfOverlap(found, settings, 1, (overlap, predicted, actual) => {
    const wrong = a.add(a.scale(predicted, alpha), a.scale(actual, beta));
    return a.add(a.scale(overlap, 1 - alpha - beta), wrong);
  });
}

/**
 * The Lovász extension of the Jaccard loss, of each image and averaged: over errors 1 − (2y − 1)·x of one channel (hinge),
 * or |y − p| of each class that the image has. Source: Berman et al., "The Lovász-Softmax loss", CVPR 2018.
 */
function lovasz(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: Settings): ValueId {
  const { a, p, y } = regions(builder, output, truth, settings);
  const [images, channels, ...pixels] = a.shape(y) as [number, number, ...number[]];
  const rows = [images * channels, elementCount(pixels)];
  const errors =
    channels === 1
      ? a.shift(a.neg(a.mul(a.shift(a.scale(y, 2), -1), output)), 1)
      : builder.add('abs', [a.sub(y, p)], {});
  const weights = builder.add('lovasz_weights', [a.reshape(errors, rows), a.reshape(y, rows)], {});
  const counted = channels === 1 ? builder.add('relu', [errors], {}) : errors;
  const extensions = a.reshape(a.sum(a.mul(a.reshape(counted, rows), weights), [1]), [images, channels]);
  if (channels === 1) return a.meanAll(extensions);
  const isPresent = a.reshape(a.cast(a.gtScalar(a.sum(y, PIXELS), 0), 'float32'), [images, channels]);
  const classes = a.sum(isPresent, [1]);
  const atLeastOne = builder.add('clamp', [classes], { min: 1, max: null });
  return a.meanAll(a.div(a.sum(a.mul(extensions, isPresent), [1]), atLeastOne));
}

const segmentation = { tasks: ['segmentation'], needsClasses: false, output: 'logits' } as const;

export const regionLosses: Readonly<
  Record<'dice' | 'bce_dice' | 'jaccard' | 'tversky' | 'lovasz', LossDefinition>
> = {
  dice: {
    ...segmentation,
    doc: 'Soft Dice loss: one minus the overlap of predicted probabilities and mask, per image and class.',
    build: dice,
  },
  bce_dice: {
    ...segmentation,
    doc: 'Binary cross-entropy on logits plus soft Dice loss: steady gradients early, good overlap late.',
    build: (builder, output, truth, settings) =>
      builder.add(
        'add',
        [
          bceWithLogits(builder, output, truth, { posWeight: null, classWeights: null, reduction: 'mean' }),
          dice(builder, output, truth, settings),
        ],
        {},
      ),
  },
  jaccard: {
    ...segmentation,
    doc: 'Soft Jaccard loss: one minus intersection over union, per image and class.',
    build: jaccard,
  },
  tversky: {
    ...segmentation,
    doc: 'Tversky loss: Dice with weights for what is wrongly found (alpha) and what is missed (beta).',
    build: tversky,
  },
  lovasz: {
    ...segmentation,
    doc: 'Lovász loss: intersection over union itself, extended to probabilities (softmax) or logits (hinge).',
    build: lovasz,
  },
};
