import { expect, test } from 'vitest';
import type { InitStep, StateEntry } from '../../../src/core/graph/tracedModel';
import { initialState } from '../../../src/core/random/initialState';
import golden from '../../golden/torch_generator.json';

const parameter = (name: string, shape: readonly number[]): StateEntry => ({
  name,
  shape,
  dtype: 'float32',
  kind: 'parameter',
  trainable: true,
});
const uniform = (target: string | null, shape: readonly number[], bound: number): InitStep => ({
  target,
  shape,
  fill: { kind: 'uniform', low: -bound, high: bound },
});

test('a convolution and a linear layer start with the numbers PyTorch gives them', () => {
  const state = golden.model.state.map(({ name, shape }) => parameter(name, shape));
  // nn.Conv2d and nn.Linear: kaiming_uniform_(a=√5) comes to ±1/√fan_in, for weight and bias alike.
  const init = state.map(({ name, shape }) =>
    uniform(name, shape, 1 / Math.sqrt(name.startsWith('conv') ? 27 : 7)),
  );
  const values = initialState(state, init, golden.model.seed);
  for (const { name, values: expected } of golden.model.state) {
    values.get(name)!.forEach((value, index) => {
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-7);
    });
  }
});

test('numbers thrown away still advance the generator', () => {
  const state = [parameter('weight', [4])];
  const kept = initialState(state, [uniform('weight', [4], 1)], 0).get('weight');
  const later = initialState(state, [uniform(null, [4], 1), uniform('weight', [4], 1)], 0).get('weight');
  expect(later).not.toEqual(kept);
});

test('constants, listed values and counters', () => {
  const state: StateEntry[] = [
    parameter('scale', [3]),
    parameter('table', [2, 2]),
    { name: 'num_batches_tracked', shape: [], dtype: 'int64', kind: 'buffer', trainable: false },
  ];
  const init: InitStep[] = [
    { target: 'scale', shape: [3], fill: { kind: 'constant', value: 1 } },
    { target: 'table', shape: [2, 2], fill: { kind: 'values', values: [1, 2, 3, 4] } },
  ];
  expect(initialState(state, init, 0)).toEqual(
    new Map<string, unknown>([
      ['scale', Float32Array.of(1, 1, 1)],
      ['table', Float32Array.of(1, 2, 3, 4)],
      ['num_batches_tracked', Int32Array.of(0)],
    ]),
  );
});
