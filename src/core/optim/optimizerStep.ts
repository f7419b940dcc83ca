/** @file What an optimizer's rule is given: one parameter, its slots, and the scalars of the step. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import type { OptimizerSettings } from '../runs/experiment';

/** A trainable parameter as it stands in the graph. */
export interface ParameterGradient {
  /** `state_dict` name. */
  readonly name: string;
  readonly value: ValueId;
  readonly gradient: ValueId;
}

/** State beside a parameter, `optimizer.<slot>.<parameter>`, of its type. */
export interface OptimizerSlot {
  readonly name: string;
  /** Its first content: a number everywhere, or the parameter's own. */
  readonly start: number | 'parameter';
}

export type FullOptimizerSettings = Required<OptimizerSettings>;

export interface OptimizerStep {
  readonly builder: GraphBuilder;
  readonly settings: FullOptimizerSettings;
  readonly parameter: ParameterGradient;
  /** The learning rate of this step and parameter. */
  readonly lr: ValueId;
  /** A scalar input that `optimizerScalars` feeds. */
  scalar(name: OptimizerScalar): ValueId;
  slot(name: string, start?: number): { readonly name: string; readonly value: ValueId };
}

/** Adds the update of one parameter and of its slots. */
export type OptimizerRule = (step: OptimizerStep) => void;

export type OptimizerScalar =
  | 'step'
  | 'dampening'
  | 'bias_correction1'
  | 'bias_correction2_sqrt'
  | 'adagrad_decay'
  | 'nadam_gradient'
  | 'nadam_average';

/** What the scalars are at a step, counted from 1. In doubles: in float32, 1 − β₂ has lost four digits at the first. */
export function optimizerScalars(
  { betas: [beta1, beta2], momentumDecay, lrDecay, dampening }: FullOptimizerSettings,
  step: number,
): Readonly<Record<OptimizerScalar, number>> {
  // NAdam: μₜ = β₁(1 − ½·0.96^(t·ψ)), and the product of all so far, of which nothing is left after some hundred steps.
  const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
  let product = 1;
  for (let t = 1; t <= step && product > 1e-300; t++) product *= mu(t);
  return {
    step,
    // SGD's buffer starts as the first gradient, whole.
    dampening: step === 1 ? 1 : 1 - dampening,
    bias_correction1: 1 / (1 - beta1 ** step),
    bias_correction2_sqrt: 1 / Math.sqrt(1 - beta2 ** step),
    adagrad_decay: 1 / (1 + (step - 1) * lrDecay),
    nadam_gradient: (1 - mu(step)) / (1 - product),
    nadam_average: mu(step + 1) / (1 - product * mu(step + 1)),
  };
}
