/** @file Reader of the losses and optimizer steps that make_training_goldens.py took from PyTorch. */
import { readFileSync } from 'node:fs';
import type { LossName, LossSettings, OptimizerSettings } from '../../src/core/runs/experiment';
import type { GoldenTensor } from './opGoldens';

export interface LossGolden {
  readonly loss: LossName | Partial<LossSettings>;
  readonly output: GoldenTensor;
  readonly target: GoldenTensor;
  readonly value: number;
  /** Of the output. */
  readonly gradient: readonly number[];
}

/** One parameter through three steps. */
export interface OptimizerGolden {
  readonly settings: OptimizerSettings;
  readonly lr: readonly number[];
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** After each step. */
  readonly parameters: readonly (readonly number[])[];
}

export function readTrainingGoldens(): {
  readonly losses: readonly LossGolden[];
  readonly optimizers: readonly OptimizerGolden[];
} {
  return JSON.parse(readFileSync(new URL('./training.json', import.meta.url), 'utf8'));
}
