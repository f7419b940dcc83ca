/** @file Shapes as few axes with strides: what broadcasting and reductions look like after merging neighbours. */

export interface StridedAxes {
  /** At least one axis. */
  readonly sizes: readonly number[];
  /** By input, then axis, in elements; 0 where the input repeats. */
  readonly strides: readonly (readonly number[])[];
}

/** Row-major strides of a dense tensor. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Strides with which a dense tensor of `shape` is read at coordinates of `outShape`; 0 along what it repeats. */
export function broadcastStrides(shape: readonly number[], outShape: readonly number[]): number[] {
  const dense = denseStrides(shape);
  const missing = outShape.length - shape.length;
  return outShape.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1 ? 0 : dense[own]!;
  });
}

/** Drops axes of size one and merges neighbours that every input walks as one. */
export function mergeAxes(sizes: readonly number[], strides: readonly (readonly number[])[]): StridedAxes {
  const kept: number[] = [];
  const keptStrides: number[][] = strides.map(() => []);
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const last = kept.length - 1;
    const merges = last >= 0 && strides.every((stride, i) => keptStrides[i]![last] === stride[axis]! * size);
    if (merges) {
      kept[last]! *= size;
      keptStrides.forEach((stride, i) => {
        stride[last] = strides[i]![axis]!;
      });
    } else {
      kept.push(size);
      keptStrides.forEach((stride, i) => {
        stride.push(strides[i]![axis]!);
      });
    }
  });
  if (kept.length === 0) return { sizes: [1], strides: strides.map(() => [1]) };
  return { sizes: kept, strides: keptStrides };
}
