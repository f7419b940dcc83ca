/**
 * @file Coefficients of one component to samples at full size, equal bit for bit to libjpeg-turbo's defaults, which
 * Pillow and torchvision use: the accurate integer inverse DCT (jidctint.c, Loeffler, Ligtenberg and Moschytz 1989)
 * and triangle-filter upsampling (jdsample.c).
 */
import type { Component } from './jpegScan';

/** Row-major samples; `stride` counts them from one row to the next. */
export interface Plane {
  readonly samples: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

const CONST_BITS = 13;
const PASS1_BITS = 2;

/** round(x · 2¹³) */
const F0298 = 2446;
const F0390 = 3196;
const F0541 = 4433;
const F0765 = 6270;
const F0899 = 7373;
const F1175 = 9633;
const F1501 = 12299;
const F1847 = 15137;
const F1961 = 16069;
const F2053 = 16819;
const F2562 = 20995;
const F3072 = 25172;

/** @param quantization 64 steps in the blocks' own order */
export function inverseTransform(component: Component, quantization: Int32Array): Plane {
  const { blocksWide, blocksHigh, coefficients } = component;
  const stride = blocksWide * 8;
  const samples = new Uint8Array(stride * blocksHigh * 8);
  const work = new Int32Array(64);
  for (let row = 0; row < blocksHigh; row++) {
    for (let column = 0; column < blocksWide; column++) {
      const at = (row * blocksWide + column) * 64;
      for (let k = 0; k < 64; k++) work[k] = coefficients[at + k]! * quantization[k]!;
      for (let x = 0; x < 8; x++) transform(work, x, 8, CONST_BITS - PASS1_BITS);
      for (let y = 0; y < 8; y++) transform(work, y * 8, 1, CONST_BITS + PASS1_BITS + 3);
      const target = row * 8 * stride + column * 8;
      for (let k = 0; k < 64; k++) samples[target + (k >> 3) * stride + (k & 7)] = clamp(work[k]! + 128);
    }
  }
  return { samples, stride, width: component.width, height: component.height };
}

/** Eight numbers in place, scaled down by 2^`shift` with rounding. */
function transform(work: Int32Array, at: number, step: number, shift: number): void {
  const in0 = work[at]!;
  const in1 = work[at + step]!;
  const in2 = work[at + 2 * step]!;
  const in3 = work[at + 3 * step]!;
  const in4 = work[at + 4 * step]!;
  const in5 = work[at + 5 * step]!;
  const in6 = work[at + 6 * step]!;
  const in7 = work[at + 7 * step]!;
  const evenTurn = Math.imul(in2 + in6, F0541);
  const even2 = evenTurn - Math.imul(in6, F1847);
  const even3 = evenTurn + Math.imul(in2, F0765);
  const even0 = (in0 + in4) << CONST_BITS;
  const even1 = (in0 - in4) << CONST_BITS;
  const oddTurn = Math.imul(in7 + in3 + in5 + in1, F1175);
  const z1 = -Math.imul(in7 + in1, F0899);
  const z2 = -Math.imul(in5 + in3, F2562);
  const z3 = oddTurn - Math.imul(in7 + in3, F1961);
  const z4 = oddTurn - Math.imul(in5 + in1, F0390);
  const odd0 = Math.imul(in7, F0298) + z1 + z3;
  const odd1 = Math.imul(in5, F2053) + z2 + z4;
  const odd2 = Math.imul(in3, F3072) + z2 + z3;
  const odd3 = Math.imul(in1, F1501) + z1 + z4;
  const half = 1 << (shift - 1);
  work[at] = (even0 + even3 + odd3 + half) >> shift;
  work[at + 7 * step] = (even0 + even3 - odd3 + half) >> shift;
  work[at + step] = (even1 + even2 + odd2 + half) >> shift;
  work[at + 6 * step] = (even1 + even2 - odd2 + half) >> shift;
  work[at + 2 * step] = (even1 - even2 + odd1 + half) >> shift;
  work[at + 5 * step] = (even1 - even2 - odd1 + half) >> shift;
  work[at + 3 * step] = (even0 - even3 + odd0 + half) >> shift;
  work[at + 4 * step] = (even0 - even3 - odd0 + half) >> shift;
}

/**
 * Enlarges a plane by whole factors. Doubling interpolates, nearer sample ¾ and farther one ¼; the rounding
 * alternates, so that no shift of brightness adds up. Other factors, and planes of one or two columns, repeat.
 */
export function upsample(plane: Plane, horizontal: number, vertical: number): Plane {
  const smooth = plane.width > 2;
  if (horizontal === 1 && vertical === 1) return plane;
  if (horizontal === 2 && vertical === 1 && smooth) return doubleColumns(plane);
  if (horizontal === 1 && vertical === 2) return doubleRows(plane);
  if (horizontal === 2 && vertical === 2 && smooth) return doubleBoth(plane);
  return repeat(plane, horizontal, vertical);
}

function doubleColumns({ samples, stride, width, height }: Plane): Plane {
  const wide = new Uint8Array(2 * width * height);
  for (let y = 0; y < height; y++) {
    const from = y * stride;
    const to = y * 2 * width;
    for (let x = 0; x < width; x++) {
      const here = samples[from + x]!;
      const left = x > 0 ? samples[from + x - 1]! : here;
      const right = x < width - 1 ? samples[from + x + 1]! : here;
      wide[to + 2 * x] = (3 * here + left + 1) >> 2;
      wide[to + 2 * x + 1] = (3 * here + right + 2) >> 2;
    }
  }
  return { samples: wide, stride: 2 * width, width: 2 * width, height };
}

function doubleRows({ samples, stride, width, height }: Plane): Plane {
  const tall = new Uint8Array(width * 2 * height);
  for (let y = 0; y < 2 * height; y++) {
    const near = y >> 1;
    const far = neighbour(y, height);
    const bias = y % 2 === 0 ? 1 : 2;
    for (let x = 0; x < width; x++) {
      tall[y * width + x] = (3 * samples[near * stride + x]! + samples[far * stride + x]! + bias) >> 2;
    }
  }
  return { samples: tall, stride: width, width, height: 2 * height };
}

function doubleBoth({ samples, stride, width, height }: Plane): Plane {
  const large = new Uint8Array(4 * width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < 2 * height; y++) {
    const near = (y >> 1) * stride;
    const far = neighbour(y, height) * stride;
    for (let x = 0; x < width; x++) sums[x] = 3 * samples[near + x]! + samples[far + x]!;
    const to = y * 2 * width;
    for (let x = 0; x < width; x++) {
      const here = sums[x]!;
      const left = x > 0 ? sums[x - 1]! : here;
      const right = x < width - 1 ? sums[x + 1]! : here;
      large[to + 2 * x] = (3 * here + left + 8) >> 4;
      large[to + 2 * x + 1] = (3 * here + right + 7) >> 4;
    }
  }
  return { samples: large, stride: 2 * width, width: 2 * width, height: 2 * height };
}

/** The second nearest stored row of enlarged row `y`: above for even rows, below for odd ones, inside the picture. */
function neighbour(y: number, height: number): number {
  return Math.min(Math.max((y >> 1) + (y % 2 === 0 ? -1 : 1), 0), height - 1);
}

function repeat({ samples, stride, width, height }: Plane, horizontal: number, vertical: number): Plane {
  const [wide, tall] = [width * horizontal, height * vertical];
  const large = new Uint8Array(wide * tall);
  for (let y = 0; y < tall; y++) {
    const from = Math.floor(y / vertical) * stride;
    for (let x = 0; x < wide; x++) large[y * wide + x] = samples[from + Math.floor(x / horizontal)]!;
  }
  return { samples: large, stride: wide, width: wide, height: tall };
}

export function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
