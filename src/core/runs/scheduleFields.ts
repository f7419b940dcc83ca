/** @file The settings of schedules and gradients: PyTorch's names and defaults. */
import type { GradientSettings, ScheduleName, ScheduleSettings } from './experiment';
import type { FieldTable, FieldType } from './experimentFields';

const COMMON = ['name', 'warmupSteps', 'warmupFactor'] as const;
const COUNTED = [...COMMON, 'every'] as const;

/** Settings that a schedule reads; the others have no effect on it. */
export const SCHEDULE_SETTINGS: Readonly<Record<ScheduleName, readonly (keyof ScheduleSettings)[]>> = {
  constant: COMMON,
  step: [...COUNTED, 'stepSize', 'gamma'],
  multi_step: [...COUNTED, 'milestones', 'gamma'],
  exponential: [...COUNTED, 'gamma'],
  cosine: [...COUNTED, 'tMax', 'etaMin'],
  cosine_restarts: [...COUNTED, 't0', 'tMult', 'etaMin'],
  one_cycle: ['name', 'maxLr', 'pctStart', 'annealStrategy', 'divFactor', 'finalDivFactor', 'threePhase'],
  polynomial: [...COUNTED, 'totalIters', 'power'],
  plateau: [...COMMON, 'factor', 'patience', 'threshold', 'cooldown', 'minLr'],
};

export const SCHEDULES = Object.keys(SCHEDULE_SETTINGS) as ScheduleName[];

const from = (minimum: number, maximum = 1e9): FieldType => ({ kind: 'number', minimum, maximum });
const whole = (minimum: number): FieldType => ({
  kind: 'number',
  integer: true,
  minimum,
  maximum: 1_000_000_000,
});
const orNull = (type: FieldType) => ({ type, nullable: true, default: null }) as const;

export const SCHEDULE_FIELDS: FieldTable = {
  name: { type: { kind: 'choice', values: SCHEDULES }, default: 'constant', description: 'The schedule.' },
  every: {
    type: { kind: 'choice', values: ['epoch', 'step'] },
    default: 'epoch',
    description: 'What it counts: epochs or steps. one_cycle counts steps, plateau epochs.',
  },
  stepSize: { type: whole(1), default: 10, description: 'step: how long each rate holds.' },
  milestones: {
    type: { kind: 'list', item: whole(0) },
    default: [],
    description: 'multi_step: when the rate is multiplied by gamma.',
  },
  gamma: {
    type: from(0, 1000),
    default: (name: ScheduleName) => (name === 'exponential' ? 0.95 : 0.1),
    description: 'Factor of step, multi_step (default 0.1) and exponential (0.95).',
  },
  tMax: { ...orNull(whole(1)), description: 'cosine: length of the descent. Default: the whole run.' },
  t0: { type: whole(1), default: 10, description: 'cosine_restarts: length until the first restart.' },
  tMult: { type: whole(1), default: 1, description: 'cosine_restarts: factor of the length after each.' },
  etaMin: { type: from(0, 1000), default: 0, description: 'Lowest rate of both cosines.' },
  maxLr: { ...orNull(from(0, 1000)), description: 'one_cycle: highest rate. Default: the optimizer’s lr.' },
  pctStart: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    default: 0.3,
    description: 'one_cycle: share of the run in which the rate rises.',
  },
  annealStrategy: {
    type: { kind: 'choice', values: ['cos', 'linear'] },
    default: 'cos',
    description: 'one_cycle: form of rise and fall.',
  },
  divFactor: { type: from(1e-9), default: 25, description: 'one_cycle: highest over first rate.' },
  finalDivFactor: { type: from(1e-9), default: 10_000, description: 'one_cycle: first over last rate.' },
  threePhase: {
    type: { kind: 'boolean' },
    default: false,
    description: 'one_cycle: falls to the first rate as it rose, and only then to the last.',
  },
  totalIters: { ...orNull(whole(1)), description: 'polynomial: length. Default: the whole run.' },
  power: { type: from(0, 1000), default: 1, description: 'polynomial: its power.' },
  factor: {
    type: { kind: 'number', minimum: 0, below: 1 },
    default: 0.1,
    description: 'plateau: factor of the rate.',
  },
  patience: {
    type: whole(0),
    default: 10,
    description: 'plateau: epochs without a lower validation loss that are waited for.',
  },
  threshold: { type: from(0, 1), default: 1e-4, description: 'plateau: share by which it must be lower.' },
  cooldown: { type: whole(0), default: 0, description: 'plateau: epochs after a cut that do not count.' },
  minLr: { type: from(0, 1000), default: 0, description: 'plateau: lowest rate.' },
  warmupSteps: {
    type: whole(0),
    default: 0,
    description: 'Steps of linear warm-up; the schedule runs beneath it.',
  },
  warmupFactor: {
    type: { kind: 'number', minimum: 0, maximum: 1 },
    default: 1 / 3,
    description: 'Factor of the rate at the first step of the warm-up.',
  },
};

export const GRADIENT_FIELDS: FieldTable = {
  clipNorm: {
    ...orNull(from(1e-12)),
    description: 'Largest norm of all gradients together (clip_grad_norm_).',
  },
  clipValue: {
    ...orNull(from(1e-12)),
    description: 'Largest size of each element, limited before the norm (clip_grad_value_).',
  },
  accumulate: {
    type: whole(1),
    default: 1,
    description: 'Batches whose gradients are averaged into one step of the optimizer.',
  },
};

export const NO_SCHEDULE = defaultsOf(SCHEDULE_FIELDS) as unknown as ScheduleSettings;
export const PLAIN_GRADIENTS = defaultsOf(GRADIENT_FIELDS) as unknown as GradientSettings;

/** Settings left out have their defaults. */
export function scheduleSettings(
  given: Partial<ScheduleSettings> & { name: ScheduleName },
): ScheduleSettings {
  return { ...(defaultsOf(SCHEDULE_FIELDS, given.name) as unknown as ScheduleSettings), ...given };
}

function defaultsOf(fields: FieldTable, name = 'constant'): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, { default: value }]) => [
      key,
      key === 'name' ? name : typeof value === 'function' ? value(name) : value,
    ]),
  );
}
