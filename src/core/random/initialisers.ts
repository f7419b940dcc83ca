/**
 * @file Initialisers of torch.nn.init that are more than one draw: truncated normal, orthogonal, sparse, and the two
 * identities. Where PyTorch's LAPACK works in float32, this works in doubles.
 */
import { elementCount } from '../graph/ir';
import { normalQuantile } from './normalQuantile';
import type { TorchGenerator } from './torchGenerator';

const f32 = Math.fround;

export interface TruncatedNormal {
  /** 2Φ − 1 of the bounds, which uniform numbers are drawn between. */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly std: number;
  readonly a: number;
  readonly b: number;
}

/** x = mean + std·√2·erf⁻¹(u), u uniform in [low, high), then limited to [a, b]. */
export function truncatedNormal(
  generator: TorchGenerator,
  count: number,
  { low, high, mean, std, a, b }: TruncatedNormal,
): Float32Array<ArrayBuffer> {
  const values = generator.uniform(count, low, high);
  const factor = f32(std * Math.SQRT2);
  for (let index = 0; index < count; index++) {
    const inverseErf = f32(normalQuantile((values[index]! + 1) / 2) * Math.SQRT1_2);
    const value = f32(f32(inverseErf * factor) + f32(mean));
    values[index] = Math.min(Math.max(value, f32(a)), f32(b));
  }
  return values;
}

/**
 * `torch.nn.init.orthogonal_`: Q of the QR decomposition of a normal matrix of shape[0] rows (of its transpose, where it
 * is wider than high), with the signs that make R's diagonal positive. Columns are made orthonormal one by one
 * (modified Gram–Schmidt), which gives that Q.
 */
export function orthogonal(
  generator: TorchGenerator,
  shape: readonly number[],
  gain: number,
): Float32Array<ArrayBuffer> {
  const count = elementCount(shape);
  const rows = shape[0]!;
  const columns = count / rows;
  const drawn = generator.normal(count, 0, 1);
  const isWide = rows < columns;
  // The vectors to make orthonormal: rows of a wide matrix, columns of a high one.
  const vectors = Array.from({ length: Math.min(rows, columns) }, (_, v) =>
    isWide
      ? Float64Array.from(drawn.subarray(v * columns, (v + 1) * columns))
      : Float64Array.from({ length: rows }, (_, row) => drawn[row * columns + v]!),
  );
  for (const [index, vector] of vectors.entries()) {
    scaleBy(vector, 1 / Math.sqrt(dot(vector, vector)));
    for (const later of vectors.slice(index + 1)) subtractAlong(later, vector);
  }
  for (const [v, vector] of vectors.entries()) {
    for (const [at, value] of vector.entries()) {
      drawn[isWide ? v * columns + at : at * columns + v] = f32(value) * gain;
    }
  }
  return drawn;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function scaleBy(vector: Float64Array, factor: number): void {
  for (let index = 0; index < vector.length; index++) vector[index]! *= factor;
}

/** vector −= (vector · unit) · unit */
function subtractAlong(vector: Float64Array, unit: Float64Array): void {
  const along = dot(vector, unit);
  for (let index = 0; index < vector.length; index++) vector[index]! -= along * unit[index]!;
}

/** `torch.nn.init.sparse_`: normal numbers, of which a share `sparsity` of each column, drawn by randperm, is zero. */
export function sparse(
  generator: TorchGenerator,
  [rows, columns]: readonly [number, number],
  sparsity: number,
  std: number,
): Float32Array<ArrayBuffer> {
  const values = generator.normal(rows * columns, 0, std);
  const zeros = Math.ceil(sparsity * rows);
  for (let column = 0; column < columns; column++) {
    for (const row of generator.randperm(rows).subarray(0, zeros)) values[row * columns + column] = 0;
  }
  return values;
}

/** Ones on the diagonal of a matrix. */
export function eye([rows, columns]: readonly [number, number]): Float32Array<ArrayBuffer> {
  const values = new Float32Array(rows * columns);
  for (let at = 0; at < Math.min(rows, columns); at++) values[at * columns + at] = 1;
  return values;
}

/** A convolution's weight O×C×k… that passes its first channels on: 1 at the centre of the kernel for (o mod O/groups, c). */
export function dirac(shape: readonly number[], groups: number): Float32Array<ArrayBuffer> {
  const [out, channels, ...kernel] = shape as [number, number, ...number[]];
  const taps = elementCount(kernel);
  const centre = kernel.reduce((index, size) => index * size + Math.floor(size / 2), 0);
  const values = new Float32Array(out * channels * taps);
  const perGroup = out / groups;
  for (let o = 0; o < out; o++) {
    const channel = o % perGroup;
    if (channel < channels) values[(o * channels + channel) * taps + centre] = 1;
  }
  return values;
}
