/**
 * @file Every key of an experiment: its type, range, default and one sentence for people. The parser, the editor's
 * JSON schema and the documentation are all made from this one table.
 */
import type { DeviceChoice, OptimizerName, OptimizerSettings, Task } from './experiment';
import { LOSS_FIELDS } from './lossFields';

export type FieldType =
  | { readonly kind: 'string' }
  | { readonly kind: 'boolean' }
  | {
      readonly kind: 'number';
      readonly integer?: true;
      readonly minimum?: number;
      readonly maximum?: number;
      /** Excluded. */
      readonly below?: number;
    }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Any number of items but none, where there is no `length`. */
  | { readonly kind: 'list'; readonly item: FieldType; readonly length?: number }
  /** Any JSON object. */
  | { readonly kind: 'arguments' }
  | {
      readonly kind: 'object';
      readonly fields: FieldTable;
      /** A plain value may stand for the object: `"dataset": "cells"` for `{"path": "cells"}`. */
      readonly shorthand: { readonly type: FieldType; readonly keys: readonly string[] };
      /** The plain value is kept as it is written. */
      readonly keepsShorthand?: true;
    };

export interface Field {
  readonly type: FieldType;
  readonly description: string;
  /** Absent: the key must be given. A function of the object's `name` where it depends on that. */
  readonly default?: unknown;
  /** `null` may be written, and means the default. */
  readonly nullable?: true;
}

export type FieldTable = Readonly<Record<string, Field>>;

const TASKS: readonly Task[] = ['segmentation', 'classification'];
const OPTIMIZERS: readonly OptimizerName[] = ['sgd', 'adam', 'adamw'];
const DEVICES: readonly DeviceChoice[] = ['auto', 'webgpu', 'wasm'];

const string: FieldType = { kind: 'string' };
const boolean: FieldType = { kind: 'boolean' };
const positiveInteger = (maximum: number): FieldType => ({
  kind: 'number',
  integer: true,
  minimum: 1,
  maximum,
});
const fraction: FieldType = { kind: 'number', minimum: 0, below: 1 };

/** What an optimizer does when the experiment names only it: PyTorch's own defaults (`lr` of SGD aside, which has none). */
export const OPTIMIZER_DEFAULTS: Readonly<Record<OptimizerName, OptimizerSettings>> = {
  sgd: optimizerDefaults('sgd', 0.01, 0),
  adam: optimizerDefaults('adam', 0.001, 0),
  adamw: optimizerDefaults('adamw', 0.001, 0.01),
};

function optimizerDefaults(name: OptimizerName, lr: number, weightDecay: number): OptimizerSettings {
  return { name, lr, momentum: 0, nesterov: false, weightDecay, betas: [0.9, 0.999], eps: 1e-8 };
}

/** Settings that an optimizer reads; the others have no effect on it. */
export const OPTIMIZER_SETTINGS: Readonly<Record<OptimizerName, readonly (keyof OptimizerSettings)[]>> = {
  sgd: ['name', 'lr', 'momentum', 'nesterov', 'weightDecay'],
  adam: ['name', 'lr', 'betas', 'eps', 'weightDecay'],
  adamw: ['name', 'lr', 'betas', 'eps', 'weightDecay'],
};

const DATASET_FIELDS: FieldTable = {
  path: { type: string, description: 'Folder of the images, or of one folder a class.' },
  masks: {
    type: string,
    nullable: true,
    default: null,
    description: 'Folder of the masks, where they are not found beside the images.',
  },
};

const OPTIMIZER_FIELDS: FieldTable = {
  name: { type: { kind: 'choice', values: OPTIMIZERS }, default: 'adamw', description: 'The optimizer.' },
  lr: {
    type: { kind: 'number', minimum: 0, maximum: 1000 },
    description: 'Learning rate. Default: 0.001 for adam and adamw, 0.01 for sgd.',
    default: (name: OptimizerName) => OPTIMIZER_DEFAULTS[name].lr,
  },
  momentum: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    description: 'Momentum of sgd.',
    default: 0,
  },
  nesterov: { type: boolean, description: 'Nesterov momentum of sgd.', default: false },
  weightDecay: {
    type: { kind: 'number', minimum: 0, maximum: 1000 },
    description: 'Weight decay (decoupled in adamw). Default: 0.01 for adamw, else 0.',
    default: (name: OptimizerName) => OPTIMIZER_DEFAULTS[name].weightDecay,
  },
  betas: {
    type: { kind: 'list', item: fraction, length: 2 },
    description: 'Decay rates of the running averages of adam and adamw.',
    default: [0.9, 0.999],
  },
  eps: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    description: 'Added to the denominator of adam and adamw.',
    default: 1e-8,
  },
};

const AUGMENT_FIELDS: FieldTable = {
  horizontalFlip: { type: boolean, default: false, description: 'Mirror left and right at random.' },
  verticalFlip: { type: boolean, default: false, description: 'Mirror top and bottom at random.' },
};

const SPLIT_FIELDS: FieldTable = {
  validation: {
    type: fraction,
    default: 0.2,
    description: 'Share of the samples held out for validation, where the folders do not say.',
  },
};

export const EXPERIMENT_FIELDS: FieldTable = {
  model: {
    type: string,
    description: 'The model: `file.py:Class`, or `file.py` where it holds one model.',
  },
  args: {
    type: { kind: 'arguments' },
    default: {},
    description: 'Constructor arguments by name. Default: the constructor’s own.',
  },
  dataset: {
    type: { kind: 'object', fields: DATASET_FIELDS, shorthand: { type: string, keys: ['path'] } },
    description: 'Folder with images and masks, or with one folder a class.',
  },
  input: {
    type: { kind: 'list', item: positiveInteger(65536), length: 3 },
    nullable: true,
    default: null,
    description:
      'Channels, height and width of one sample; images are resized to it. Default: from the dataset.',
  },
  task: {
    type: { kind: 'choice', values: TASKS },
    nullable: true,
    default: null,
    description: 'Default: masks mean segmentation, class folders classification.',
  },
  loss: {
    type: {
      kind: 'object',
      fields: LOSS_FIELDS,
      shorthand: { type: LOSS_FIELDS.name!.type, keys: ['name'] },
      keepsShorthand: true,
    },
    nullable: true,
    default: null,
    description: 'The loss by name, or with its settings. Default: by task and the model’s output channels.',
  },
  optimizer: {
    type: {
      kind: 'object',
      fields: OPTIMIZER_FIELDS,
      shorthand: { type: { kind: 'choice', values: OPTIMIZERS }, keys: ['name'] },
    },
    default: {},
    description: 'The optimizer by name, or with its settings. Default: adamw.',
  },
  epochs: { type: positiveInteger(1_000_000), default: 20, description: 'Passes over the training samples.' },
  batchSize: { type: positiveInteger(65536), default: 8, description: 'Samples a step.' },
  seed: {
    type: { kind: 'number', integer: true, minimum: 0, maximum: 2 ** 32 - 1 },
    default: 0,
    description: 'Seed of initial weights, split, order and augmentation, as for torch.manual_seed.',
  },
  shuffle: { type: boolean, default: true, description: 'Draw a new order of the samples every epoch.' },
  augment: {
    type: {
      kind: 'object',
      fields: AUGMENT_FIELDS,
      shorthand: { type: boolean, keys: ['horizontalFlip', 'verticalFlip'] },
    },
    default: {},
    description: 'Random changes to training samples; true turns all on. Default: none.',
  },
  split: {
    type: { kind: 'object', fields: SPLIT_FIELDS, shorthand: { type: fraction, keys: ['validation'] } },
    default: {},
    description: 'How samples are held out for validation.',
  },
  initialWeights: {
    type: string,
    nullable: true,
    default: null,
    description: 'A safetensors file to start from. Default: PyTorch’s own initialisation.',
  },
  device: {
    type: { kind: 'choice', values: DEVICES },
    default: 'auto',
    description: 'Where to train: webgpu is the graphics card, wasm the processor, auto the best there is.',
  },
  output: {
    type: string,
    nullable: true,
    default: null,
    description: 'Folder for runs. Default: .cnnlab/runs beside the experiment.',
  },
};
