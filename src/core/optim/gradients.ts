/** @file Between the gradients and the optimizer: accumulation over batches, and clipping; and after it the average of weights. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { GradientSettings } from '../runs/experiment';
import type { OptimizerSlot, ParameterGradient } from './optimizerStep';

const accumulatorOf = (name: string) => `optimizer.accumulated.${name}`;
export const averageOf = (name: string) => `optimizer.ema.${name}`;

/**
 * Adds 1/`accumulate` of each gradient to its accumulator. The last batch of a step gives the optimizer the sum, and
 * leaves zeros; the others only grow it.
 */
export function accumulate(
  builder: GraphBuilder,
  parameters: readonly ParameterGradient[],
  batches: number,
  isLast: boolean,
): { readonly parameters: readonly ParameterGradient[]; readonly slots: readonly OptimizerSlot[] } {
  const a = new Algebra(builder);
  const slots: OptimizerSlot[] = [];
  const summed = parameters.map((parameter) => {
    const type = builder.type(parameter.value);
    const name = accumulatorOf(parameter.name);
    slots.push({ name, start: 0 });
    const before = builder.input('state', name, type);
    const gradient = a.add(before, a.scale(parameter.gradient, 1 / batches));
    builder.update(name, isLast ? a.full(type.shape, 0) : gradient);
    return { ...parameter, gradient };
  });
  return { parameters: summed, slots };
}

/** clip_grad_value_, then clip_grad_norm_: g·min(1, max/(‖g‖ + 10⁻⁶)), ‖g‖ over all parameters. */
export function clip(
  builder: GraphBuilder,
  parameters: readonly ParameterGradient[],
  { clipNorm, clipValue }: GradientSettings,
): readonly ParameterGradient[] {
  const a = new Algebra(builder);
  const limited =
    clipValue === null
      ? parameters
      : parameters.map((parameter) => {
          const limits = { min: -clipValue, max: clipValue };
          return { ...parameter, gradient: builder.add('clamp', [parameter.gradient], limits) };
        });
  if (clipNorm === null || limited.length === 0) return limited;
  const squares = limited.map(({ gradient }) => a.sumAll(a.square(gradient)));
  const norm = builder.add('sqrt', [squares.reduce((sum, each) => a.add(sum, each))], {});
  const factor = a.scale(a.reciprocal(a.shift(norm, 1e-6)), clipNorm);
  const shrink = builder.add('clamp', [factor], { min: null, max: 1 });
  return limited.map((parameter) => ({ ...parameter, gradient: a.mul(parameter.gradient, shrink) }));
}

/** The parameters whose averages are among these states. */
export function averagedParameters(states: readonly { readonly name: string }[]): ReadonlySet<string> {
  const prefix = averageOf('');
  const averages = states.filter(({ name }) => name.startsWith(prefix));
  return new Set(averages.map(({ name }) => name.slice(prefix.length)));
}

/** ema = d·ema + (1 − d)·p, of the parameters after their update; from the first weights on. */
export function addAverages(
  builder: GraphBuilder,
  parameters: readonly ParameterGradient[],
  decay: number,
): readonly OptimizerSlot[] {
  const a = new Algebra(builder);
  const updated = new Map(builder.build().updates.map(({ name, value }): [string, ValueId] => [name, value]));
  return parameters.map(({ name, value }) => {
    const average = averageOf(name);
    const before = builder.input('state', average, builder.type(value));
    const now = updated.get(name) ?? value;
    builder.update(average, a.add(a.scale(before, decay), a.scale(now, 1 - decay)));
    return { name: average, start: 'parameter' };
  });
}
