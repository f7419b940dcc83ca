/** @file The weights that a model has right after its constructor ran under `torch.manual_seed(seed)`. */
import { elementCount } from '../graph/ir';
import type { InitStep, StateEntry } from '../graph/tracedModel';
import { dirac, eye, orthogonal, sparse, truncatedNormal } from './initialisers';
import { TorchGenerator } from './torchGenerator';

export type StateData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/**
 * Values by state_dict name: Float32Array for floats, Int32Array for integers and bool. Steps run in the
 * constructors' order, also those whose numbers nobody keeps, since each advances the generator. An entry that no
 * step fills (`torch.empty`) is zero.
 */
export function initialState(
  state: readonly StateEntry[],
  init: readonly InitStep[],
  seed: number,
): Map<string, StateData> {
  const generator = new TorchGenerator(seed);
  const values = new Map<string, StateData>();
  for (const entry of state) {
    const count = elementCount(entry.shape);
    const isFloat = /float/.test(entry.dtype);
    values.set(entry.name, isFloat ? new Float32Array(count) : new Int32Array(count));
  }
  const copied = new Set(init.flatMap(({ fill }) => (fill.kind === 'copy' ? [fill.of] : [])));
  const kept = new Map<number, ArrayLike<number>>();
  for (const [index, step] of init.entries()) {
    const filled = fill(step, generator, kept);
    if (copied.has(index)) kept.set(index, filled);
    if (step.target === null) continue;
    const target = values.get(step.target);
    if (!target) throw new RangeError(`initialisation of ${step.target}, which is not in the state`);
    target.set(filled, step.offset ?? 0);
  }
  return values;
}

function fill(
  { shape, fill }: InitStep,
  generator: TorchGenerator,
  kept: ReadonlyMap<number, ArrayLike<number>>,
): ArrayLike<number> {
  const count = elementCount(shape);
  switch (fill.kind) {
    case 'constant':
      return new Float32Array(count).fill(fill.value);
    case 'values':
      return fill.values;
    case 'uniform':
      return generator.uniform(count, fill.low, fill.high);
    case 'normal':
      return generator.normal(count, fill.mean, fill.std);
    case 'trunc_normal':
      return truncatedNormal(generator, count, fill);
    case 'orthogonal':
      return orthogonal(generator, shape, fill.gain);
    case 'sparse':
      return sparse(generator, shape as [number, number], fill.sparsity, fill.std);
    case 'eye':
      return eye(shape as [number, number]);
    case 'dirac':
      return dirac(shape, fill.groups);
    case 'randperm':
      return generator.randperm(count);
    case 'randint':
      return generator.randint(count, fill.low, fill.high);
    case 'copy':
      return copyOf(kept.get(fill.of)!, fill.scale, fill.shift);
  }
}

/** Rounded after each operation, as two operations on a tensor are. */
function copyOf(values: ArrayLike<number>, scale: number, shift: number): ArrayLike<number> {
  if (scale === 1 && shift === 0) return values;
  const f32 = Math.fround;
  return Float32Array.from(values, (value) => f32(value * f32(scale)) + f32(shift));
}
