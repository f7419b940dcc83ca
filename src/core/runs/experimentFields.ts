/**
 * @file Every key of an experiment: its type, range, default and one sentence for people. The parser, the editor's
 * JSON schema and the documentation are all made from this one table.
 */
import type { DeviceChoice, Task } from './experiment';
import { LOSS_FIELDS } from './lossFields';
import { OPTIMIZER_FIELDS, OPTIMIZERS } from './optimizerFields';
import { GRADIENT_FIELDS, SCHEDULE_FIELDS, SCHEDULES } from './scheduleFields';

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

const DATASET_FIELDS: FieldTable = {
  path: { type: string, description: 'Folder of the images, or of one folder a class.' },
  masks: {
    type: string,
    nullable: true,
    default: null,
    description: 'Folder of the masks, where they are not found beside the images.',
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
  schedule: {
    type: {
      kind: 'object',
      fields: SCHEDULE_FIELDS,
      shorthand: { type: { kind: 'choice', values: SCHEDULES }, keys: ['name'] },
    },
    default: {},
    description: 'How the learning rate changes, by name or with settings. Default: constant.',
  },
  gradients: {
    type: {
      kind: 'object',
      fields: GRADIENT_FIELDS,
      shorthand: { type: GRADIENT_FIELDS.clipNorm!.type, keys: ['clipNorm'] },
    },
    default: {},
    description: 'Clipping and accumulation; a number alone is the largest norm.',
  },
  ema: {
    type: fraction,
    nullable: true,
    default: null,
    description:
      'Decay of a moving average of the weights, such as 0.999, which is validated, previewed and saved in their place.',
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
