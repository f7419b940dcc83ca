import { describe, expect, test } from 'vitest';
import { TorchGenerator } from '../../../src/core/random/torchGenerator';
import golden from '../../golden/torch_generator.json';

function draw(
  generator: TorchGenerator,
  call: string,
  count: number,
  bounds: readonly number[],
): ArrayLike<number> {
  if (call === 'randperm') return generator.randperm(count);
  if (call === 'uniform') return generator.uniform(count, bounds[0], bounds[1]);
  return generator.normal(count, bounds[0], bounds[1]);
}

describe('draws what torch draws, call after call', () => {
  for (const { seed, draws } of golden.draws) {
    test(`seed ${seed}`, () => {
      const generator = new TorchGenerator(seed);
      for (const { call, count, bounds, kept, weightedSum } of draws) {
        const values = Array.from(draw(generator, call, count, bounds));
        const compared = count <= 40 ? values : [...values.slice(0, 8), ...values.slice(-20)];
        if (call === 'normal') {
          compared.forEach((value, index) => {
            expect(Math.abs(value - kept[index]!)).toBeLessThan(1e-6 * Math.max(1, bounds[1]!));
          });
        } else expect(compared).toEqual(kept);
        const sum = values.reduce((total, value, index) => total + ((index % 97) + 1) * value, 0);
        expect(Math.abs(sum - weightedSum)).toBeLessThan(call === 'normal' ? 1e-3 : 1e-9);
      }
    });
  }
});
