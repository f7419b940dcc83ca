/** @file The settings of losses: which loss reads which, their ranges and defaults. PyTorch's names in our spelling. */
import type { LossName, LossSettings } from './experiment';
import type { FieldTable, FieldType } from './experimentFields';

const REDUCED = ['name', 'reduction'] as const;
const OVERLAP = ['name', 'smooth', 'ignoreIndex'] as const;

/** Settings that a loss reads; the others have no effect on it. */
export const LOSS_SETTINGS: Readonly<Record<LossName, readonly (keyof LossSettings)[]>> = {
  cross_entropy: [...REDUCED, 'ignoreIndex', 'classWeights', 'labelSmoothing'],
  nll: [...REDUCED, 'ignoreIndex', 'classWeights'],
  bce_with_logits: [...REDUCED, 'classWeights', 'posWeight'],
  bce: [...REDUCED, 'classWeights'],
  focal: [...REDUCED, 'gamma', 'alpha', 'ignoreIndex', 'classWeights'],
  dice: OVERLAP,
  bce_dice: ['name', 'smooth'],
  jaccard: OVERLAP,
  tversky: [...OVERLAP, 'alpha', 'beta'],
  lovasz: ['name', 'ignoreIndex'],
  mse: REDUCED,
  l1: REDUCED,
  smooth_l1: [...REDUCED, 'beta'],
  huber: [...REDUCED, 'delta'],
  kl_div: [...REDUCED, 'labelSmoothing'],
  combined: ['name', 'terms'],
};

export const LOSSES = Object.keys(LOSS_SETTINGS) as LossName[];

const numberFrom = (minimum: number): FieldType => ({ kind: 'number', minimum, maximum: 1e6 });
const weights: FieldType = { kind: 'list', item: numberFrom(0) };
const names = (values: readonly LossName[]): FieldType => ({ kind: 'choice', values });

/** α of focal loss weighs the foreground, of Tversky's the pixels wrongly taken for it. */
const alphaOf = (name: LossName): number | null => ({ focal: 0.25, tversky: 0.5 })[name as string] ?? null;
const betaOf = (name: LossName): number => (name === 'tversky' ? 0.5 : 1);

const SETTINGS: FieldTable = {
  reduction: {
    type: { kind: 'choice', values: ['mean', 'sum', 'batchmean'] },
    default: 'mean',
    description:
      'How the losses of all elements become one number; batchmean, the sum over the number of samples, is for kl_div.',
  },
  ignoreIndex: {
    type: { kind: 'number', integer: true, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
    nullable: true,
    default: null,
    description:
      'A class whose pixels or samples have no share. Classes outside the model’s, such as 255, never have one.',
  },
  classWeights: {
    type: weights,
    nullable: true,
    default: null,
    description: 'One weight a class (`weight` of PyTorch’s losses).',
  },
  posWeight: {
    type: weights,
    nullable: true,
    default: null,
    description: 'Weight of the foreground of bce_with_logits: one number, or one a channel.',
  },
  labelSmoothing: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    default: 0,
    description: 'Share of the target that is spread evenly over all classes.',
  },
  gamma: {
    type: numberFrom(0),
    default: 2,
    description: 'How strongly focal loss leaves out what is already right.',
  },
  alpha: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    nullable: true,
    default: alphaOf,
    description:
      'focal: weight of the foreground against the background (default 0.25). tversky: weight of false positives (0.5).',
  },
  beta: {
    type: numberFrom(0),
    default: betaOf,
    description:
      'smooth_l1: where squares become straight (default 1). tversky: weight of false negatives (0.5).',
  },
  delta: { type: numberFrom(1e-6), default: 1, description: 'huber: where squares become straight.' },
  smooth: {
    type: numberFrom(0),
    default: 1,
    description: 'Added above and below the fraction of overlap, so that empty masks cost nothing.',
  },
};

const TERM_FIELDS: FieldTable = {
  name: { type: names(LOSSES.filter((name) => name !== 'combined')), description: 'A loss.' },
  weight: { type: numberFrom(0), default: 1, description: 'Its factor in the sum.' },
  ...SETTINGS,
};

export const LOSS_FIELDS: FieldTable = {
  name: { type: names(LOSSES), description: 'The loss.' },
  ...SETTINGS,
  terms: {
    type: {
      kind: 'list',
      item: {
        kind: 'object',
        fields: TERM_FIELDS,
        shorthand: { type: TERM_FIELDS.name!.type, keys: ['name'] },
      },
    },
    default: [],
    description: 'The losses that combined adds up, by name or each with its settings and `weight`.',
  },
};

/** A name alone stands for the loss with its defaults; settings that are left out have theirs. */
export function lossSettings(loss: LossName | Partial<LossSettings>): LossSettings {
  const given = typeof loss === 'string' ? { name: loss } : loss;
  const filled = Object.entries(LOSS_FIELDS).map(([key, field]) => {
    const value = given[key as keyof LossSettings];
    if (value !== undefined) return [key, value];
    return [key, typeof field.default === 'function' ? field.default(given.name) : field.default];
  });
  return Object.fromEntries(filled) as LossSettings;
}
