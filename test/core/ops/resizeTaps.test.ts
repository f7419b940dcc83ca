/** @file Sampling rules of `interpolate` against matrices that real PyTorch computed. */
import { describe, expect, it } from 'vitest';
import { type AxisTaps, resizeTaps, transposeTaps } from '../../../src/core/ops/resizeTaps';
import cases from '../../golden/resizeTaps.json';

type Mode = Parameters<typeof resizeTaps>[2];

function matrixOf(taps: AxisTaps, inSize: number): number[][] {
  return taps.weights.map((weights, out) => {
    const row = new Array<number>(inSize).fill(0);
    weights.forEach((weight, k) => {
      row[taps.start[out]! + k]! += weight;
    });
    return row;
  });
}

function worstDifference(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

describe('resizeTaps', () => {
  for (const { inSize, outSize, mode, alignCorners, antialias, matrix } of cases) {
    const flags = `${alignCorners ? ' align_corners' : ''}${antialias ? ' antialias' : ''}`;
    it(`${inSize} → ${outSize} ${mode}${flags} is PyTorch's`, () => {
      const taps = resizeTaps(inSize, outSize, mode as Mode, alignCorners, antialias);
      expect(taps.start).toHaveLength(outSize);
      expect(worstDifference(matrixOf(taps, inSize), matrix)).toBeLessThan(1e-6);
    });
  }
});

describe('transposeTaps', () => {
  it('is the transposed matrix, also where some inputs are never read', () => {
    for (const [inSize, outSize] of [
      [7, 3],
      [3, 7],
      [13, 2],
    ] as const) {
      for (const mode of ['nearest', 'bilinear', 'bicubic'] as const) {
        const taps = resizeTaps(inSize, outSize, mode, false, false);
        const forward = matrixOf(taps, inSize);
        const backward = matrixOf(transposeTaps(taps, inSize), outSize);
        const transposed = backward.map((row, i) => row.map((_, o) => forward[o]![i]!));
        expect(worstDifference(backward, transposed)).toBe(0);
      }
    }
  });
});
