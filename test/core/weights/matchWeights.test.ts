import { expect, test } from 'vitest';
import type { StateEntry } from '../../../src/core/graph/tracedModel';
import { matchWeights } from '../../../src/core/weights/matchWeights';
import type { SafetensorsEntry } from '../../../src/core/weights/safetensors';

const entry = (name: string, ...shape: number[]): StateEntry => ({
  name,
  shape,
  dtype: 'float32',
  kind: 'parameter',
  trainable: true,
});
const file = (shapes: Record<string, number[]>) => ({
  tensors: new Map<string, SafetensorsEntry>(
    Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F32', shape, bytes: new Uint8Array() }]),
  ),
});

test('a file that fits has nothing to say', () => {
  expect(matchWeights(file({ 'a.weight': [2, 3] }), [entry('a.weight', 2, 3)]).message).toBeNull();
});

test('a batch norm’s counter may be missing', () => {
  expect(matchWeights(file({}), [entry('bn.num_batches_tracked')]).missing).toEqual([]);
});

/** Copied from PyTorch 1.13.1's RuntimeError for the same mistakes. */
const pyTorchSays = [
  'Error(s) in loading state_dict for Net:',
  '\tMissing key(s) in state_dict: "a.bias", "c.weight". ',
  '\tUnexpected key(s) in state_dict: "d.weight". ',
  '\tsize mismatch for a.weight: copying a param with shape torch.Size([3, 2]) from checkpoint, the shape in current model is torch.Size([2, 2]).',
].join('\n');

test('what does not fit is told in PyTorch’s words', () => {
  const entries = [entry('a.weight', 2, 2), entry('a.bias', 2), entry('c.weight', 1)];
  const match = matchWeights(file({ 'd.weight': [1], 'a.weight': [3, 2] }), entries, 'Net');
  expect(match.missing).toEqual(['a.bias', 'c.weight']);
  expect(match.unexpected).toEqual(['d.weight']);
  expect(match.mismatched).toEqual([{ name: 'a.weight', found: [3, 2], expected: [2, 2] }]);
  expect(match.message).toBe(pyTorchSays);
});
