/** @file An input whose sides the poolings of a U-Net do not divide. */
import type { TraceNode, ValueId } from '../graph/ir';
import { type GraphView, trainingViews } from './graphView';
import type { Finding, Lint } from './lint';

const SHRINKING = new Set<string>(['max_pool2d', 'avg_pool2d', 'conv2d']);

export const inputNotDivisible: Lint = {
  doc: "The poolings of a U-Net do not divide the input's sides: rows and columns at the edge are left out and made up again.",
  severity: 'information',
  find: (models) => trainingViews(models).flatMap((view) => firstLoss(view) ?? []),
};

function firstLoss(view: GraphView): Finding | null {
  const input = view.traced.inputs[0]?.shape;
  if (input?.length !== 4) return null;
  for (const node of view.nodes) {
    const before = node.inputs[0] == null ? [] : view.shape(node.inputs[0]);
    const after = view.shape(node.outputs[0]!);
    const place = view.place(node.frame);
    if (!place || !leavesOut(node, before, after) || !isJoinedAgain(view, node, before)) continue;
    const factor = deepestFactor(view);
    const sides = [...new Set(input.slice(2))].filter((side) => side % factor !== 0);
    const better = sides.map(
      (side) =>
        `${Math.max(1, Math.floor(side / factor)) * factor} or ${Math.ceil(side / factor) * factor} instead of ${side}`,
    );
    return {
      place,
      message: `${before[2]}×${before[3]} becomes ${after[2]}×${after[3]} here: what is left over at the edge is dropped, and made up again where the skip is joined.`,
      hint: `Sides that are multiples of ${factor} lose nothing: ${better.join(', ')}.`,
    };
  }
  return null;
}

function strideOf(node: TraceNode): readonly number[] {
  return SHRINKING.has(node.op) ? (node.attributes as { stride: readonly number[] }).stride : [1, 1];
}

function leavesOut(node: TraceNode, before: readonly number[], after: readonly number[]): boolean {
  const stride = strideOf(node);
  if (Math.max(...stride) < 2 || before.length !== 4 || after.length !== 4) return false;
  return [0, 1].some((axis) => after[axis + 2]! * stride[axis]! < before[axis + 2]!);
}

/** Whether what comes of a node is later concatenated, at the size it had before, with something that does not. */
function isJoinedAgain(view: GraphView, from: TraceNode, before: readonly number[]): boolean {
  const after = new Set<ValueId>(from.outputs);
  for (const node of view.nodes) {
    const depends = node.inputs.map((id) => id !== null && after.has(id));
    if (!depends.includes(true)) continue;
    for (const id of node.outputs) after.add(id);
    const { length, 2: rows, 3: columns } = view.shape(node.outputs[0]!);
    const isSameSize = length === 4 && rows === before[2] && columns === before[3];
    if (node.op === 'cat' && isSameSize && depends.includes(false)) return true;
  }
  return false;
}

/** By how much the deepest level is smaller than the input. */
function deepestFactor(view: GraphView): number {
  const factors = new Map<ValueId, number>();
  let deepest = 1;
  for (const node of view.nodes) {
    let factor = Math.max(1, ...node.inputs.map((id) => (id === null ? 1 : (factors.get(id) ?? 1))));
    factor *= Math.max(...strideOf(node));
    if (node.op === 'conv_transpose2d')
      factor /= Math.max(...(node.attributes as { stride: readonly number[] }).stride);
    else if (node.op === 'interpolate') {
      const [from, to] = [view.shape(node.inputs[0]!), view.shape(node.outputs[0]!)];
      factor = Math.round((factor * from.at(-1)!) / to.at(-1)!);
    }
    for (const id of node.outputs) factors.set(id, Math.max(1, factor));
    deepest = Math.max(deepest, factor);
  }
  return deepest;
}
