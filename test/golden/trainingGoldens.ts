/** @file Reader of the losses, optimizer steps and schedules that make_training_goldens.py took from PyTorch. */
import { readFileSync } from 'node:fs';
import type {
  GradientSettings,
  LossName,
  LossSettings,
  OptimizerSettings,
  ScheduleSettings,
} from '../../src/core/runs/experiment';
import type { GoldenTensor } from './opGoldens';

export interface LossGolden {
  readonly loss: LossName | Partial<LossSettings>;
  readonly output: GoldenTensor;
  readonly target: GoldenTensor;
  readonly value: number;
  /** Of the output. */
  readonly gradient: readonly number[];
}

type ByName = Readonly<Record<string, readonly number[]>>;

/** Two parameters through some steps. */
export interface OptimizerGolden {
  readonly settings: Pick<OptimizerSettings, 'name' | 'lr'> & Partial<OptimizerSettings>;
  readonly gradientSettings?: Partial<GradientSettings>;
  readonly ema?: number;
  /** Of each step. */
  readonly lr: readonly number[];
  readonly start: ByName;
  /** Of each batch. */
  readonly gradients: readonly ByName[];
  /** After each step. */
  readonly parameters: readonly ByName[];
  /** Moving averages after the last. */
  readonly averages?: ByName;
}

export interface ScheduleGoldens {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly lr: number;
  /** Of each epoch, for plateau. */
  readonly losses: readonly number[];
  readonly cases: readonly {
    readonly settings: Pick<ScheduleSettings, 'name'> & Partial<ScheduleSettings>;
    /** Of each step. */
    readonly rates: readonly number[];
  }[];
}

export function readTrainingGoldens(): {
  readonly losses: readonly LossGolden[];
  readonly optimizers: readonly OptimizerGolden[];
  readonly schedules: ScheduleGoldens;
} {
  return JSON.parse(readFileSync(new URL('./training.json', import.meta.url), 'utf8'));
}
