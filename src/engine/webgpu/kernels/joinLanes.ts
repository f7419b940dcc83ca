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

/** Declares the workgroup's memory that `joinSums` works in. */
export function sumsDeclaration(element: string): string {
  return `var<workgroup> sums: array<${element}, ${workgroupSize}>;`;
}

/**
 * Declares `joined`, the sum of all invocations' `mine`, right for invocation 0. With subgroups one barrier does; the
 * invocations of a subgroup are taken to lie side by side, as they do where a workgroup has one dimension.
 */
export function joinSums(mine: string, subgroupSize: number | null): string {
  const add = (from: string, count: number, to: string): string =>
    `var ${to} = sums[${from}];
  for (var k = 1u; k < ${count}u; k++) { ${to} += sums[${from} + k]; }`;
  if (subgroupSize !== null && subgroupSize < workgroupSize) {
    return `  let subgroup_sum = subgroupAdd(${mine});
  if (subgroup_lane == 0u) { sums[lane / ${subgroupSize}u] = subgroup_sum; }
  workgroupBarrier();
  ${add('0u', workgroupSize / subgroupSize, 'joined')}`;
  }
  return `  sums[lane] = ${mine};
  workgroupBarrier();
  if (lane < ${rows}u) {
    ${add(`lane * ${workgroupSize / rows}u`, workgroupSize / rows, 'row')}
    sums[lane * ${workgroupSize / rows}u] = row;
  }
  workgroupBarrier();
  var joined = sums[0];
  for (var k = 1u; k < ${rows}u; k++) { joined += sums[k * ${workgroupSize / rows}u]; }`;
}
