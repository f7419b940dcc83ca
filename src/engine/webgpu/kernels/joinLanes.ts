/** @file Joining one value of each invocation of a workgroup into one. */
import { workgroupSize } from './kernel';

const rows = 8;

/** Declares `tree`, the workgroup's memory that `joinLanes` works in. */
export function treeDeclaration(element: string): string {
  return `var<workgroup> tree: array<${element}, ${workgroupSize}>;`;
}

/**
 * Leaves the join of all invocations' `mine` in `tree[0]`, valid for invocation 0. Two levels of eight: as few barriers
 * as possible, which are dear on software adapters, and shorter chains of rounding than one running total.
 */
export function joinLanes(mine: string, join: (a: string, b: string) => string): string {
  const fold = (
    index: string,
  ) => `    for (var k = 1u; k < ${rows}u; k++) { joined = ${join('joined', `tree[${index}]`)}; }
    tree[lane] = joined;`;
  return `  tree[lane] = ${mine};
  workgroupBarrier();
  if (lane < ${rows}u) {
    var joined = tree[lane];
${fold(`lane + k * ${rows}u`)}
  }
  workgroupBarrier();
  if (lane == 0u) {
    var joined = tree[0];
${fold('k')}
  }`;
}
