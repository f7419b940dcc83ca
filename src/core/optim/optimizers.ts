/** @file Optimizers: torch.optim's rules as updates of parameters and of state beside them. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { OptimizerName, OptimizerSettings } from '../runs/experiment';
import { optimizerSettings } from '../runs/optimizerFields';
import type {
  FullOptimizerSettings,
  OptimizerRule,
  OptimizerScalar,
  OptimizerSlot,
  OptimizerStep,
  ParameterGradient,
} from './optimizerStep';

const sgd: OptimizerRule = (step) => {
  const { builder, settings, parameter, lr } = step;
  if (settings.dampening !== 0 && settings.momentum !== 0) return dampenedSgd(step);
  const buffer = settings.momentum === 0 ? null : step.slot('momentum_buffer');
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

/** b = μ·b + (1 − d)·g, but at the first step b = g; p −= lr·b. PyTorch has no Nesterov momentum with dampening. */
function dampenedSgd(step: OptimizerStep): void {
  const { builder, settings, parameter } = step;
  const a = new Algebra(builder);
  const buffer = step.slot('momentum_buffer');
  const fresh = a.mul(withPenalty(a, step), step.scalar('dampening'));
  const moved = a.add(a.scale(buffer.value, settings.momentum), fresh);
  builder.update(buffer.name, moved);
  builder.update(parameter.name, a.sub(parameter.value, a.mul(moved, step.lr)));
}

/** AdamW with its weight decay, which shrinks the parameter itself. */
const adamw: OptimizerRule = (step) => {
  const { builder, settings, parameter } = step;
  if (settings.amsgrad) return amsgrad(step);
  const average = step.slot('exp_avg');
  const squares = step.slot('exp_avg_sq');
  const [updated, newAverage, newSquares] = builder.addAll(
    'adamw_update',
    [parameter.value, parameter.gradient, average.value, squares.value, step.lr, step.scalar('step')],
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
const adam: OptimizerRule = (step) => {
  const gradient = withPenalty(new Algebra(step.builder), step);
  adamw({
    ...step,
    settings: { ...step.settings, weightDecay: 0 },
    parameter: { ...step.parameter, gradient },
  });
};

/** p·(1 − lr·λ) − lr/(1 − β₁ᵗ) · m / (√(max v)/√(1 − β₂ᵗ) + ε) */
const amsgrad: OptimizerRule = (step) => {
  const { builder, parameter, settings } = step;
  const a = new Algebra(builder);
  const { average, squares } = moments(step, parameter.gradient);
  const largest = step.slot('max_exp_avg_sq');
  const grown = builder.add('maximum', [largest.value, squares], {});
  builder.update(largest.name, grown);
  const size = a.mul(step.lr, step.scalar('bias_correction1'));
  const change = a.div(a.mul(average, size), correctedRoot(step, grown));
  builder.update(parameter.name, a.sub(shrunk(a, step, settings.weightDecay), change));
};

/** Source: torch.optim.NAdam, after Dozat, "Incorporating Nesterov Momentum into Adam", 2016. */
const nadam: OptimizerRule = (step) => {
  const { builder, parameter } = step;
  const a = new Algebra(builder);
  const gradient = withPenalty(a, step);
  const { average, squares } = moments(step, gradient);
  const direction = a.add(
    a.mul(gradient, step.scalar('nadam_gradient')),
    a.mul(average, step.scalar('nadam_average')),
  );
  const change = a.div(a.mul(direction, step.lr), correctedRoot(step, squares));
  builder.update(parameter.name, a.sub(parameter.value, change));
};

/** v = α·v + (1 − α)·g², centred by its mean gradient's square where asked for; p −= lr·(μ·b + g/(√v + ε)). */
const rmsprop: OptimizerRule = (step) => {
  const { builder, settings, parameter } = step;
  const a = new Algebra(builder);
  const gradient = withPenalty(a, step);
  const squares = average(step, 'square_avg', a.square(gradient), settings.alpha);
  const variance = settings.centered
    ? a.sub(squares, a.square(average(step, 'grad_avg', gradient, settings.alpha)))
    : squares;
  let direction = a.div(gradient, a.shift(builder.add('sqrt', [variance], {}), settings.eps));
  if (settings.momentum > 0) {
    const buffer = step.slot('momentum_buffer');
    direction = a.add(a.scale(buffer.value, settings.momentum), direction);
    builder.update(buffer.name, direction);
  }
  builder.update(parameter.name, a.sub(parameter.value, a.mul(direction, step.lr)));
};

/** s += g²; p −= lr/(1 + (t − 1)·decay) · g/(√s + ε) */
const adagrad: OptimizerRule = (step) => {
  const { builder, settings, parameter } = step;
  const a = new Algebra(builder);
  const gradient = withPenalty(a, step);
  const sum = step.slot('sum', settings.initialAccumulatorValue);
  const grown = a.add(sum.value, a.square(gradient));
  builder.update(sum.name, grown);
  const rate = a.mul(step.lr, step.scalar('adagrad_decay'));
  const root = a.shift(builder.add('sqrt', [grown], {}), settings.eps);
  builder.update(parameter.name, a.sub(parameter.value, a.div(a.mul(gradient, rate), root)));
};

/**
 * p·(1 − lr·λ) − lr·sign(β₁·m + (1 − β₁)·g); m = β₂·m + (1 − β₂)·g.
 * Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.
 */
const lion: OptimizerRule = (step) => {
  const { builder, settings, parameter } = step;
  const a = new Algebra(builder);
  const [beta1, beta2] = settings.betas;
  const average = step.slot('exp_avg');
  const mixed = (beta: number) => a.add(a.scale(average.value, beta), a.scale(parameter.gradient, 1 - beta));
  const direction = mixed(beta1);
  const sign = a.sub(
    a.cast(a.gtScalar(direction, 0), 'float32'),
    a.cast(a.ltScalar(direction, 0), 'float32'),
  );
  builder.update(average.name, mixed(beta2));
  builder.update(parameter.name, a.sub(shrunk(a, step, settings.weightDecay), a.mul(sign, step.lr)));
};

/** g + λ·p */
function withPenalty(a: Algebra, { settings, parameter }: OptimizerStep): ValueId {
  return settings.weightDecay === 0
    ? parameter.gradient
    : a.add(parameter.gradient, a.scale(parameter.value, settings.weightDecay));
}

/** p·(1 − lr·λ) */
function shrunk(a: Algebra, { lr, parameter }: OptimizerStep, weightDecay: number): ValueId {
  return weightDecay === 0 ? parameter.value : a.mul(parameter.value, a.shift(a.scale(lr, -weightDecay), 1));
}

/** The slot takes β·slot + (1 − β)·x, which is returned. */
function average(step: OptimizerStep, slotName: string, x: ValueId, beta: number): ValueId {
  const a = new Algebra(step.builder);
  const slot = step.slot(slotName);
  const moved = a.add(a.scale(slot.value, beta), a.scale(x, 1 - beta));
  step.builder.update(slot.name, moved);
  return moved;
}

/** Adam's running averages of the gradient and of its square. */
function moments(step: OptimizerStep, gradient: ValueId): { average: ValueId; squares: ValueId } {
  const [beta1, beta2] = step.settings.betas;
  const a = new Algebra(step.builder);
  return {
    average: average(step, 'exp_avg', gradient, beta1),
    squares: average(step, 'exp_avg_sq', a.square(gradient), beta2),
  };
}

/** √v/√(1 − β₂ᵗ) + ε */
function correctedRoot(step: OptimizerStep, squares: ValueId): ValueId {
  const a = new Algebra(step.builder);
  const root = a.mul(step.builder.add('sqrt', [squares], {}), step.scalar('bias_correction2_sqrt'));
  return a.shift(root, step.settings.eps);
}

const rules: Readonly<Record<OptimizerName, OptimizerRule>> = {
  sgd,
  adam,
  adamw,
  nadam,
  rmsprop,
  adagrad,
  lion,
};

/**
 * Adds one step of the optimizer for every parameter, and the scalar inputs it reads: `lr`, and some of
 * `optimizerScalars`. `settings.lr` is not read: the caller feeds the rate that its schedule gives.
 * @returns the slots that were added
 */
export function addOptimizer(
  builder: GraphBuilder,
  given: OptimizerSettings,
  parameters: readonly ParameterGradient[],
): OptimizerSlot[] {
  const settings = optimizerSettings(given);
  const slots: OptimizerSlot[] = [];
  const scalars = new Map<string, ValueId>();
  const scalar = (name: string): ValueId => {
    const known = scalars.get(name);
    if (known !== undefined) return known;
    const added = builder.input('scalar', name, { shape: [], dtype: 'float32' });
    scalars.set(name, added);
    return added;
  };
  const lr = scalar('lr');
  const rates = new Map<number, ValueId>([[1, lr]]);
  for (const parameter of parameters) {
    const own = settingsOf(settings, parameter.name, builder.shape(parameter.value));
    if (!rates.has(own.lrFactor)) {
      rates.set(own.lrFactor, builder.add('mul_scalar', [lr], { value: own.lrFactor }));
    }
    rules[settings.name]({
      builder,
      parameter,
      settings: { ...settings, weightDecay: own.weightDecay },
      lr: rates.get(own.lrFactor)!,
      scalar: (name: OptimizerScalar) => scalar(name),
      slot(slotName, start = 0) {
        const name = `optimizer.${slotName}.${parameter.name}`;
        slots.push({ name, start });
        return { name, value: builder.input('state', name, builder.type(parameter.value)) };
      },
    });
  }
  return slots;
}

/** By the first group that the name matches, else the optimizer's own. */
function settingsOf(
  { groups, weightDecay, decayNormsAndBiases }: FullOptimizerSettings,
  name: string,
  shape: readonly number[],
): { readonly lrFactor: number; readonly weightDecay: number } {
  const usual = shape.length < 2 && !decayNormsAndBiases ? 0 : weightDecay;
  const group = groups.find(({ parameters }) => matches(parameters, name));
  return { lrFactor: group?.lrFactor ?? 1, weightDecay: group?.weightDecay ?? usual };
}

function matches(pattern: string, name: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name);
}
