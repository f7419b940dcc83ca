/** @file The counter-based generator: known bits, fair draws, independent streams. */
import { describe, expect, it } from 'vitest';
import { counterHash, dropoutMask, pcg, streamKey } from '../../../src/core/random/counterHash';

describe('pcg', () => {
  it('gives the bits that 64-bit integer arithmetic gives', () => {
    const exact = (value: number) => {
      const mask = 0xffffffffn;
      const state = (BigInt(value) * 747796405n + 2891336453n) & mask;
      const word = (((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n) & mask;
      return Number((word >> 22n) ^ word);
    };
    for (const value of [0, 1, 2, 12345, 2 ** 31, 2 ** 32 - 1]) expect(pcg(value)).toBe(exact(value));
  });
});

describe('dropoutMask', () => {
  it('drops a fraction p and keeps the mean at one', () => {
    const mask = dropoutMask(100_000, 0.3, 1, 42);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    expect(dropped).toBeCloseTo(0.3, 2);
    expect(mask.reduce((sum, value) => sum + value, 0) / mask.length).toBeCloseTo(1, 1);
  });

  it('is the same for the same seed and stream, and unrelated for others', () => {
    const mask = dropoutMask(20_000, 0.5, 7, 3);
    expect(dropoutMask(20_000, 0.5, 7, 3)).toEqual(mask);
    for (const other of [dropoutMask(20_000, 0.5, 8, 3), dropoutMask(20_000, 0.5, 7, 4)]) {
      const equal = mask.filter((value, i) => value === other[i]).length / mask.length;
      expect(equal).toBeCloseTo(0.5, 1);
    }
  });

  it('handles the ends: p = 0 keeps all, p = 1 drops all', () => {
    expect([...dropoutMask(4, 0, 0, 1)]).toEqual([1, 1, 1, 1]);
    expect([...dropoutMask(4, 1, 0, 1)]).toEqual([0, 0, 0, 0]);
  });

  it('does not repeat between neighbouring indices', () => {
    const key = streamKey(1, 0);
    const seen = new Set(Array.from({ length: 10_000 }, (_, index) => counterHash(key, index)));
    expect(seen.size).toBe(10_000);
  });
});
