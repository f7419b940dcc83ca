/** @file The settings of optimizers: which optimizer reads which, their ranges and PyTorch's defaults. */
import type { OptimizerName, OptimizerSettings } from './experiment';
import type { FieldTable, FieldType } from './experimentFields';

type FullSettings = Required<OptimizerSettings>;

const COMMON = ['name', 'lr', 'weightDecay', 'decayNormsAndBiases', 'groups'] as const;

/** Settings that an optimizer reads; the others have no effect on it. */
export const OPTIMIZER_SETTINGS: Readonly<Record<OptimizerName, readonly (keyof OptimizerSettings)[]>> = {
  sgd: [...COMMON, 'momentum', 'dampening', 'nesterov'],
  adam: [...COMMON, 'betas', 'eps', 'amsgrad'],
  adamw: [...COMMON, 'betas', 'eps', 'amsgrad'],
  nadam: [...COMMON, 'betas', 'eps', 'momentumDecay'],
  rmsprop: [...COMMON, 'momentum', 'alpha', 'centered', 'eps'],
  adagrad: [...COMMON, 'lrDecay', 'initialAccumulatorValue', 'eps'],
  lion: [...COMMON, 'betas'],
};

export const OPTIMIZERS = Object.keys(OPTIMIZER_SETTINGS) as OptimizerName[];

const SHARED = {
  momentum: 0,
  dampening: 0,
  nesterov: false,
  betas: [0.9, 0.999],
  eps: 1e-8,
  amsgrad: false,
  alpha: 0.99,
  centered: false,
  lrDecay: 0,
  initialAccumulatorValue: 0,
  momentumDecay: 0.004,
  weightDecay: 0,
  decayNormsAndBiases: true,
  groups: [],
} as const;

/** What an optimizer does when the experiment names only it: PyTorch's own defaults (Lion's are its paper's). */
export const OPTIMIZER_DEFAULTS: Readonly<Record<OptimizerName, FullSettings>> = {
  sgd: { ...SHARED, name: 'sgd', lr: 0.01 },
  adam: { ...SHARED, name: 'adam', lr: 0.001 },
  adamw: { ...SHARED, name: 'adamw', lr: 0.001, weightDecay: 0.01 },
  nadam: { ...SHARED, name: 'nadam', lr: 0.002 },
  rmsprop: { ...SHARED, name: 'rmsprop', lr: 0.01 },
  adagrad: { ...SHARED, name: 'adagrad', lr: 0.01, eps: 1e-10 },
  lion: { ...SHARED, name: 'lion', lr: 0.0001, betas: [0.9, 0.99] },
};

export function optimizerSettings(given: Partial<OptimizerSettings> & { name: OptimizerName }): FullSettings {
  return { ...OPTIMIZER_DEFAULTS[given.name], ...given };
}

const from = (minimum: number, maximum: number): FieldType => ({ kind: 'number', minimum, maximum });
const boolean: FieldType = { kind: 'boolean' };
const fraction: FieldType = { kind: 'number', minimum: 0, below: 1 };
const byName = (key: 'lr' | 'weightDecay' | 'betas' | 'eps') => (name: OptimizerName) =>
  OPTIMIZER_DEFAULTS[name][key];

const GROUP_FIELDS: FieldTable = {
  parameters: {
    type: { kind: 'string' },
    description: 'Names of parameters as state_dict has them; * stands for any text: "encoder.*".',
  },
  lrFactor: {
    type: from(0, 1e6),
    default: 1,
    description: 'Their learning rate, as a multiple of the optimizer’s.',
  },
  weightDecay: {
    type: from(0, 1000),
    nullable: true,
    default: null,
    description: 'Their weight decay. Default: the optimizer’s.',
  },
};

export const OPTIMIZER_FIELDS: FieldTable = {
  name: { type: { kind: 'choice', values: OPTIMIZERS }, default: 'adamw', description: 'The optimizer.' },
  lr: {
    type: from(0, 1000),
    description: 'Learning rate. Default: 0.001 for adam and adamw, 0.01 for sgd, rmsprop and adagrad.',
    default: byName('lr'),
  },
  momentum: { type: from(0, 1), description: 'Momentum of sgd and rmsprop.', default: 0 },
  dampening: { type: from(0, 1), description: 'Dampening of sgd’s momentum.', default: 0 },
  nesterov: { type: boolean, description: 'Nesterov momentum of sgd.', default: false },
  weightDecay: {
    type: from(0, 1000),
    description: 'Weight decay (decoupled in adamw and lion). Default: 0.01 for adamw, else 0.',
    default: byName('weightDecay'),
  },
  betas: {
    type: { kind: 'list', item: fraction, length: 2 },
    description: 'Decay rates of the running averages of adam, adamw, nadam and lion.',
    default: byName('betas'),
  },
  eps: {
    type: from(0, 1),
    description: 'Added to the denominator of all but sgd and lion.',
    default: byName('eps'),
  },
  amsgrad: {
    type: boolean,
    default: false,
    description: 'AMSGrad: adam and adamw divide by the largest second moment so far.',
  },
  alpha: { type: fraction, default: SHARED.alpha, description: 'Decay rate of rmsprop’s running average.' },
  centered: { type: boolean, default: false, description: 'rmsprop divides by an estimate of the variance.' },
  lrDecay: { type: from(0, 1000), default: 0, description: 'Decay of adagrad’s learning rate.' },
  initialAccumulatorValue: {
    type: from(0, 1e6),
    default: 0,
    description: 'What adagrad’s sums of squares start from.',
  },
  momentumDecay: { type: from(0, 1), default: SHARED.momentumDecay, description: 'Momentum decay of nadam.' },
  decayNormsAndBiases: {
    type: boolean,
    default: true,
    description:
      'Whether weight decay also shrinks biases and the weights of norms (all with one dimension).',
  },
  groups: {
    type: {
      kind: 'list',
      item: {
        kind: 'object',
        fields: GROUP_FIELDS,
        shorthand: { type: GROUP_FIELDS.parameters!.type, keys: ['parameters'] },
      },
    },
    default: [],
    description: 'Parameters with settings of their own; the first group that a name matches counts.',
  },
};
