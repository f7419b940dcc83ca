/**
 * @file Random bits as a pure function of (seed, stream, index), so that every backend draws the same dropout
 * masks in any order and in parallel. The WGSL twin is in src/engine/webgpu/kernels/random.ts.
 *
 * The mixing step is PCG-RXS-M-XS-32, as in Jarzynski & Olano, "Hash Functions for GPU Rendering", JCGT 2020.
 */

/** One bijective scramble of 32 bits. */
export function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** What (seed, stream) contribute: `seed` is the float32 that the run is fed, taken by its bits. */
export function streamKey(seed: number, stream: number): number {
  const bits = new Uint32Array(new Float32Array([seed]).buffer)[0]!;
  return pcg((stream + pcg(bits)) >>> 0);
}

/** 32 random bits. The index is scrambled first, so that no two streams are shifted copies of each other. */
export function counterHash(key: number, index: number): number {
  return pcg((key ^ pcg(index >>> 0)) >>> 0);
}

/** An element is dropped where its upper 24 bits, as an integer, are below this. */
export function dropThreshold(p: number): number {
  return Math.round(p * 2 ** 24);
}

/** `count` elements, each 0 with probability `p`, else 1/(1−p). */
export function dropoutMask(
  count: number,
  p: number,
  stream: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const key = streamKey(seed, stream);
  const threshold = dropThreshold(p);
  const kept = p < 1 ? 1 / (1 - p) : 0;
  const mask = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    mask[index] = counterHash(key, index) >>> 8 < threshold ? 0 : kept;
  }
  return mask;
}
