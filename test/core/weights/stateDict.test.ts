import { expect, test } from 'vitest';
import type { StateEntry } from '../../../src/core/graph/tracedModel';
import { readSafetensors } from '../../../src/core/weights/safetensors';
import { stateDictToSafetensors, stateDictValues } from '../../../src/core/weights/stateDict';
import type { DenseValues } from '../../../src/core/weights/tensorBytes';

const entries: StateEntry[] = [
  { name: 'bn.weight', shape: [2], dtype: 'float32', kind: 'parameter', trainable: true },
  { name: 'bn.num_batches_tracked', shape: [], dtype: 'int64', kind: 'buffer', trainable: false },
  { name: 'head.weight', shape: [1, 2], dtype: 'float32', kind: 'parameter', trainable: true },
];
const values = new Map<string, DenseValues>([
  ['head.weight', Float32Array.of(0.1, 0.2)],
  ['bn.weight', Float32Array.of(1, 2)],
  ['bn.num_batches_tracked', Int32Array.of(20)],
]);

test('a state_dict keeps PyTorch’s order, dtypes and values', () => {
  const result = readSafetensors(stateDictToSafetensors(entries, values, { epoch: '3' }));
  if (!result.ok) throw new Error(result.problem.message);
  const { tensors, metadata } = result.file;
  expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['bn.weight', 'F32', [2]],
    ['bn.num_batches_tracked', 'I64', []],
    ['head.weight', 'F32', [1, 2]],
  ]);
  expect(metadata).toEqual({ format: 'pt', epoch: '3' });
  expect(stateDictValues(result.file, entries)).toEqual(values);
});

test('an entry without a value is the caller’s mistake', () => {
  expect(() => stateDictToSafetensors(entries, new Map())).toThrow("no value for 'bn.weight'");
});
