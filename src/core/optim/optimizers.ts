/** @file Optimizers: torch.optim's rules as updates of parameters and of state beside them. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { OptimizerName, OptimizerSettings } from '../runs/experiment';

/** A trainable parameter as it stands in the graph. */
export interface ParameterGradient {
  /** `state_dict` name. */
  readonly name: string;
  readonly value: ValueId;
  readonly gradient: ValueId;
}

/** Adds the update of one parameter and of its slots, which start as zeros. */
type OptimizerRule = (step: OptimizerStep, settings: OptimizerSettings, parameter: ParameterGradient) => void;

interface OptimizerStep {
  readonly builder: GraphBuilder;
  /** Scalar input: the learning rate of this step. */
  readonly lr: ValueId;
  /** Scalar input: 1 at the first step. */
  step(): ValueId;
  /** State `optimizer.<slot>.<parameter>` of the parameter's type, zero before the first step. */
  slot(name: string, parameter: ParameterGradient): { readonly name: string; readonly value: ValueId };
}

const sgd: OptimizerRule = ({ builder, lr, slot }, settings, parameter) => {
  const buffer = settings.momentum === 0 ? null : slot('momentum_buffer', parameter);
  const [updated, momentum] = builder.addAll(
    'sgd_update',
    [parameter.value, parameter.gradient, buffer?.value ?? null, lr],
    {
      momentum: settings.momentum,
      dampening: 0,
      weight_decay: settings.weightDecay,
      nesterov: settings.nesterov,
    },
  );
  builder.update(parameter.name, updated!);
  if (buffer) builder.update(buffer.name, momentum!);
};

/** AdamW with its weight decay, which shrinks the parameter itself. */
const adamw: OptimizerRule = ({ builder, lr, step, slot }, settings, parameter) => {
  const average = slot('exp_avg', parameter);
  const squares = slot('exp_avg_sq', parameter);
  const [updated, newAverage, newSquares] = builder.addAll(
    'adamw_update',
    [parameter.value, parameter.gradient, average.value, squares.value, lr, step()],
    {
      beta1: settings.betas[0],
      beta2: settings.betas[1],
      eps: settings.eps,
      weight_decay: settings.weightDecay,
    },
  );
  builder.update(parameter.name, updated!);
  builder.update(average.name, newAverage!);
  builder.update(squares.name, newSquares!);
};

/** Adam's weight decay is a penalty: λ·p joins the gradient, and its moments. */
const adam: OptimizerRule = (step, settings, parameter) => {
  const a = new Algebra(step.builder);
  const gradient =
    settings.weightDecay === 0
      ? parameter.gradient
      : a.add(parameter.gradient, a.scale(parameter.value, settings.weightDecay));
  adamw(step, { ...settings, weightDecay: 0 }, { ...parameter, gradient });
};

const rules: Readonly<Record<OptimizerName, OptimizerRule>> = { sgd, adam, adamw };

/**
 * Adds one step of the optimizer for every parameter, and the scalar inputs it reads: `lr`, and for Adam's kind `step`
 * (from 1). `settings.lr` is not read: the caller feeds the rate that its schedule gives.
 * @returns names of the slots that were added, each of its parameter's type and zero before the first step
 */
export function addOptimizer(
  builder: GraphBuilder,
  settings: OptimizerSettings,
  parameters: readonly ParameterGradient[],
): string[] {
  const scalar = (name: string) => builder.input('scalar', name, { shape: [], dtype: 'float32' });
  const slots: string[] = [];
  let stepInput: ValueId | null = null;
  const step: OptimizerStep = {
    builder,
    lr: scalar('lr'),
    step() {
      stepInput ??= scalar('step');
      return stepInput;
    },
    slot(slotName, parameter) {
      const name = `optimizer.${slotName}.${parameter.name}`;
      slots.push(name);
      return { name, value: builder.input('state', name, builder.type(parameter.value)) };
    },
  };
  for (const parameter of parameters) rules[settings.name](step, settings, parameter);
  return slots;
}
