/**
 * @file PyTorch's sampling rules for `interpolate`, one axis at a time: which input positions an output position
 * reads, and with what weight. All of its modes are separable, so two axes of taps are the whole operation.
 *
 * Source: aten/src/ATen/native/UpSample.h and cpu/UpSampleKernel.cpp. The scale is a float32 there, and
 * which neighbour `nearest` picks depends on that rounding, hence `fround`.
 */
import type { InterpolateAttributes } from './attributes';

/** Output `i` is Σₖ weights[i][k] · input[start[i] + k]. A position that reads nothing has no weights. */
export interface AxisTaps {
  readonly start: number[];
  readonly weights: number[][];
}

const f32 = Math.fround;

/** Taps of one axis. `antialias` counts for bilinear and bicubic, `alignCorners` for those two as well. */
export function resizeTaps(
  inSize: number,
  outSize: number,
  mode: InterpolateAttributes['mode'],
  alignCorners: boolean,
  antialias: boolean,
): AxisTaps {
  const interpolating = mode === 'bilinear' || mode === 'bicubic';
  const scale = axisScale(inSize, outSize, alignCorners && interpolating);
  const start: number[] = [];
  const weights: number[][] = [];
  for (let out = 0; out < outSize; out++) {
    let tap: Tap;
    if (mode === 'nearest') tap = single(Math.floor(f32(scale * out)), inSize);
    else if (mode === 'nearest-exact') {
      tap = single(Math.floor(f32(halfPixel(scale, out, false) + 0.5)), inSize);
    } else if (antialias) tap = filtered(scale, out, inSize, mode);
    else {
      const source = alignCorners ? scale * out : halfPixel(scale, out, mode === 'bicubic');
      tap = mode === 'bilinear' ? linear(source, inSize) : cubic(source, inSize);
    }
    start.push(tap.start);
    weights.push(tap.weights);
  }
  return { start, weights };
}

/** The transposed taps: gradient of input `i` is Σₖ weights[i][k] · gradOutput[start[i] + k]. */
export function transposeTaps(taps: AxisTaps, inSize: number): AxisTaps {
  const first: number[] = new Array(inSize).fill(-1);
  const weights: number[][] = Array.from({ length: inSize }, () => []);
  taps.start.forEach((start, out) => {
    taps.weights[out]!.forEach((weight, k) => {
      const input = start + k;
      if (first[input] === -1) first[input] = out;
      const row = weights[input]!;
      while (row.length <= out - first[input]!) row.push(0);
      row[out - first[input]!] = weight;
    });
  });
  return { start: first.map((out) => Math.max(out, 0)), weights };
}

interface Tap {
  readonly start: number;
  readonly weights: number[];
}

function axisScale(inSize: number, outSize: number, alignCorners: boolean): number {
  if (alignCorners) return outSize > 1 ? f32((inSize - 1) / (outSize - 1)) : 0;
  return f32(inSize / outSize);
}

/** Pixel centres at half integers; only the cubic rule may look before the first one. */
function halfPixel(scale: number, out: number, mayBeNegative: boolean): number {
  const source = scale * (out + 0.5) - 0.5;
  return source < 0 && !mayBeNegative ? 0 : source;
}

function single(index: number, inSize: number): Tap {
  return { start: Math.min(index, inSize - 1), weights: [1] };
}

function linear(source: number, inSize: number): Tap {
  const start = Math.min(Math.floor(source), inSize - 1);
  const lambda = Math.min(Math.max(source - start, 0), 1);
  return start === inSize - 1 ? { start, weights: [1] } : { start, weights: [1 - lambda, lambda] };
}

/** Keys' cubic convolution with A = −0.75 over four neighbours; those outside repeat the border. */
function cubic(source: number, inSize: number): Tap {
  const floor = Math.min(Math.floor(source), inSize - 1);
  const t = Math.min(Math.max(source - floor, 0), 1);
  const start = Math.min(Math.max(floor - 1, 0), inSize - 1);
  const end = Math.min(Math.max(floor + 2, 0), inSize - 1);
  const weights: number[] = new Array(end - start + 1).fill(0);
  for (let k = -1; k <= 2; k++) {
    const index = Math.min(Math.max(floor + k, 0), inSize - 1);
    weights[index - start]! += keys(t - k, -0.75);
  }
  return { start, weights };
}

/** Pillow's rule: the kernel is widened by the scale when shrinking, cut at the border and made to sum to one. */
function filtered(scale: number, out: number, inSize: number, mode: 'bilinear' | 'bicubic'): Tap {
  const widening = Math.max(scale, 1);
  const support = f32((mode === 'bilinear' ? 1 : 2) * widening);
  const center = f32(scale * f32(out + 0.5));
  const start = Math.max(Math.trunc(f32(f32(center - support) + 0.5)), 0);
  const end = Math.min(Math.trunc(f32(f32(center + support) + 0.5)), inSize);
  const weights: number[] = [];
  for (let index = start; index < end; index++) {
    const x = (index - center + 0.5) / widening;
    weights.push(mode === 'bilinear' ? Math.max(1 - Math.abs(x), 0) : keys(x, -0.5));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { start, weights: total === 0 ? weights : weights.map((weight) => weight / total) };
}

/** Keys' piecewise cubic kernel with parameter `a`, zero from |x| = 2 on. */
function keys(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}
