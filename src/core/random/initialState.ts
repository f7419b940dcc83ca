/** @file The weights that a model has right after its constructor ran under `torch.manual_seed(seed)`. */
import { elementCount } from '../graph/ir';
import type { InitStep, StateEntry } from '../graph/tracedModel';
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
  for (const step of init) {
    const filled = fill(step, generator);
    if (step.target === null) continue;
    const target = values.get(step.target);
    if (!target) throw new RangeError(`initialisation of ${step.target}, which is not in the state`);
    if (typeof filled === 'number') target.fill(filled);
    else target.set(filled);
  }
  return values;
}

function fill(step: InitStep, generator: TorchGenerator): number | ArrayLike<number> {
  const count = elementCount(step.shape);
  switch (step.fill.kind) {
    case 'constant':
      return step.fill.value;
    case 'values':
      return step.fill.values;
    case 'uniform':
      return generator.uniform(count, step.fill.low, step.fill.high);
    case 'normal':
      return generator.normal(count, step.fill.mean, step.fill.std);
  }
}
