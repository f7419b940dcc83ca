import { expect, test } from 'vitest';
import { splitSamples } from '../../../src/core/dataset/splitSamples';

test('holds out what torch’s permutation puts last, in the samples’ own order', () => {
  // torch.manual_seed(0); torch.randperm(10) is [4, 1, 7, 5, 3, 9, 0, 8, 6, 2].
  const samples = [...'abcdefghij'];
  expect(splitSamples(samples, 0.3, 0)).toEqual({ train: [...'abdefhj'], validation: [...'cgi'] });
});

test('neither part is empty, unless nothing is to be held out', () => {
  expect(splitSamples([1, 2], 0.01, 0).validation.length).toBe(1);
  expect(splitSamples([1, 2], 0.99, 0).train.length).toBe(1);
  expect(splitSamples([1, 2], 0, 0)).toEqual({ train: [1, 2], validation: [] });
  expect(splitSamples([1], 0.5, 0)).toEqual({ train: [1], validation: [] });
});
