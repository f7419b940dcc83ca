/** @file A part of `npm run fuzz`, with seeds of its own: no hang, no crash, no memory past the limit, no spoilt next file. */
import { expect, test } from 'vitest';
import { fuzz, summaryLine } from './fuzz';
import { mutant, seeded } from './mutations';

const FILES = 150;

test('a seed always makes the same file', () => {
  expect(mutant(['a = 1\nb = 2\n'], 3)).toEqual(mutant(['a = 1\nb = 2\n'], 3));
  expect([1, 2, 3].map(seeded(1))).not.toEqual([1, 2, 3].map(seeded(2)));
});

test(`${FILES} mutated model files`, async () => {
  const summary = await fuzz(FILES, 1_000_000);
  console.log(summaryLine(summary));
  expect(summary.faults).toEqual([]);
  // Else the mutations would no longer try much.
  expect(summary.endings.traced).toBeGreaterThan(FILES / 20);
  expect(Object.keys(summary.endings).length).toBeGreaterThan(4);
});
