/** @file Bytes of things on a device. */
import { elementCount, type TensorType } from '../../core/graph/ir';

/** Offsets of bound regions must be multiples of this (WebGPU's default limit for uniform and storage). */
export const offsetAlignment = 256;

/** Buffers hold whole vectors of four, so that kernels may read and write past the last element. */
export function paddedBytes({ shape }: TensorType): number {
  return Math.max(16, Math.ceil(elementCount(shape) / 4) * 16);
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / offsetAlignment) * offsetAlignment;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}
