/** @file Sums over the same elements of the same tensors become one kernel that reads them once. */
import { sameShape, type ValueId } from '../../../core/graph/ir';
import type { DeviceGraph, FusedNode } from './fusedOps';
import { orderNodes } from './orderNodes';

type Sum = FusedNode<'fused_sum'>;

/** Totals that one vector of four holds. */
const maxSums = 4;
/** Storage buffers that every device has, and that results need as well. */
const maxBuffers = 8;

export function mergeSums(graph: DeviceGraph): DeviceGraph {
  let nodes = [...graph.nodes];
  const sums = nodes.filter((node): node is Sum => node.op === 'fused_sum');
  const merged = new Set<Sum>();
  for (const first of sums) {
    if (merged.has(first)) continue;
    let together: Sum = first;
    for (const other of sums) {
      if (other === first || merged.has(other) || !fits(together, other)) continue;
      const candidate = merge(together, other);
      const ordered = orderNodes(
        nodes.flatMap((node) => (node === together ? [] : node === other ? [candidate] : [node])),
        new Map(),
      );
      // Where one needs the other's result they cannot be one.
      if (!ordered) continue;
      nodes = ordered;
      merged.add(other);
      together = candidate;
    }
  }
  return { ...graph, nodes };
}

function fits(a: Sum, b: Sum): boolean {
  const inputs = new Set<ValueId | null>([...a.inputs, ...b.inputs]);
  const sums = a.outputs.length + b.outputs.length;
  return (
    sameShape(a.attributes.shape, b.attributes.shape) &&
    a.attributes.length === b.attributes.length &&
    sums <= maxSums &&
    inputs.size + sums <= maxBuffers &&
    inputs.size < a.inputs.length + b.inputs.length
  );
}

function merge(a: Sum, b: Sum): Sum {
  const inputs = [...new Set([...a.inputs, ...b.inputs])];
  const steps = [...a.attributes.steps];
  type Argument = Sum['attributes']['results'][number];
  const moved =
    (sum: Sum, shift: number) =>
    (argument: Argument): Argument =>
      'input' in argument
        ? { input: inputs.indexOf(sum.inputs[argument.input]!) }
        : { step: argument.step + shift };
  const shift = steps.length;
  steps.push(...b.attributes.steps.map((step) => ({ ...step, args: step.args.map(moved(b, shift)) })));
  return {
    ...a,
    inputs,
    outputs: [...a.outputs, ...b.outputs],
    attributes: {
      ...a.attributes,
      steps: steps.map((step, i) => (i < shift ? { ...step, args: step.args.map(moved(a, 0)) } : step)),
      results: [...a.attributes.results.map(moved(a, 0)), ...b.attributes.results.map(moved(b, shift))],
      means: [...a.attributes.means, ...b.attributes.means],
    },
  };
}
