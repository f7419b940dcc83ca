/** @file Which dimensions a reshape merges and splits: both shapes cut into the shortest runs of equal product. */

export interface ReshapeGroup {
  /** Dimensions of the input, [first, end). */
  readonly from: readonly [number, number];
  /** Dimensions of the output, [first, end). */
  readonly to: readonly [number, number];
}

/** 2×512×7×7 → 2×25088: {2 → 2}, {512×7×7 → 25088}. Null where a size is 0, which says nothing about the others. */
export function reshapeGroups(input: readonly number[], output: readonly number[]): ReshapeGroup[] | null {
  if (input.includes(0) || output.includes(0)) return null;
  const groups: ReshapeGroup[] = [];
  let i = 0;
  let o = 0;
  while (i < input.length || o < output.length) {
    const [first, start] = [i, o];
    let before = i < input.length ? input[i++]! : 1;
    let after = o < output.length ? output[o++]! : 1;
    while (before !== after) {
      if (before < after) before *= input[i++]!;
      else after *= output[o++]!;
    }
    groups.push({ from: [first, i], to: [start, o] });
  }
  return groups;
}
