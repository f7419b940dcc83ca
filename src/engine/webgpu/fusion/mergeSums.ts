/**
 * @file Sums over the same elements of the same tensors become one kernel that reads them once, and computes on its way
 * what else depends on those tensors element by element: a loss, its metrics and its gradient.
 */
import { elementCount, sameShape, type TensorType, type ValueId } from '../../../core/graph/ir';
import type { DeviceGraph, DeviceNode, FusedNode } from './fusedOps';
import { orderNodes } from './orderNodes';

type Sum = FusedNode<'fused_sum'>;

/** Totals that one vector of four holds. */
const maxSums = 4;
/** Storage buffers that every device has; inputs and outputs need one each. */
const maxBuffers = 8;
/** Elements of a sum below which it is not worth the part that it would be of a longer one. */
const shortest = 1024;

const isSum = (node: DeviceNode): node is Sum => node.op === 'fused_sum';

export function mergeSums(graph: DeviceGraph): DeviceGraph {
  const values: TensorType[] = [...graph.values];
  let nodes: DeviceNode[] = splitLongSums(graph.nodes, values);
  const gone = new Set<DeviceNode>();
  for (const first of nodes.filter(isSum)) {
    if (gone.has(first)) continue;
    let together = first;
    for (const other of nodes.filter((node) => node !== first)) {
      if (gone.has(other) || other === together) continue;
      const candidate = merged(together, other, values);
      if (!candidate) continue;
      const rest = nodes.flatMap((node) => (node === together ? [] : node === other ? [candidate] : [node]));
      const ordered = orderNodes(rest, new Map());
      // Where one needs the other's result they cannot be one.
      if (!ordered) continue;
      nodes = ordered;
      gone.add(together).add(other);
      together = candidate;
    }
  }
  return { ...graph, values, nodes };
}

/** A sum over more axes than another one goes the other's way: first over the same elements, then over the results. */
function splitLongSums(nodes: readonly DeviceNode[], values: TensorType[]): DeviceNode[] {
  const sums = nodes.filter(isSum);
  return nodes.flatMap((node): readonly DeviceNode[] => {
    if (!isSum(node)) return [node];
    const { shape, length, means } = node.attributes;
    const short = sums.find(
      (other) =>
        sameShape(other.attributes.shape, shape) &&
        other.attributes.length < length &&
        other.attributes.length >= shortest &&
        other.inputs.some((input) => node.inputs.includes(input)),
    );
    if (!short) return [node];
    const part = short.attributes.length;
    const parts = [elementCount(shape) / part];
    const between = values.push({ shape: parts, dtype: 'float32' }) - 1;
    const rest = { steps: [], results: [{ input: 0 }], shape: parts, length: length / part, means, maps: [] };
    return [
      { ...node, outputs: [between], attributes: { ...node.attributes, length: part } },
      { ...node, inputs: [between], attributes: rest },
    ];
  });
}

/** Both in one, where that is possible as far as shapes and buffers go. */
function merged(sum: Sum, other: DeviceNode, values: readonly TensorType[]): Sum | null {
  const { shape, length } = sum.attributes;
  const inputs = [...new Set([...sum.inputs, ...other.inputs])];
  if (inputs.length + sum.outputs.length + other.outputs.length > maxBuffers) return null;
  if (isSum(other)) {
    const fits = sameShape(other.attributes.shape, shape) && other.attributes.length === length;
    const count = sum.attributes.results.length + other.attributes.results.length;
    const shares = inputs.length < sum.inputs.length + other.inputs.length;
    return fits && shares && count <= maxSums ? join(sum, other, other.attributes, inputs) : null;
  }
  // All that it reads is read already, and it is as large.
  if (other.op !== 'fused_elementwise' || inputs.length > sum.inputs.length) return null;
  const { shape: own, dtype } = values[other.outputs[0]!]!;
  if (!sameShape(own, shape) || dtype !== 'float32') return null;
  const { steps, results } = other.attributes;
  return join(sum, other, { steps, results: [], means: [], maps: results }, inputs);
}

function join(
  a: Sum,
  b: Pick<DeviceNode, 'inputs' | 'outputs'>,
  added: Pick<Sum['attributes'], 'steps' | 'results' | 'means' | 'maps'>,
  inputs: readonly (ValueId | null)[],
): Sum {
  type Argument = Sum['attributes']['results'][number];
  const shift = a.attributes.steps.length;
  const moved =
    (from: Pick<DeviceNode, 'inputs'>, by: number) =>
    (argument: Argument): Argument =>
      'input' in argument
        ? { input: inputs.indexOf(from.inputs[argument.input]!) }
        : { step: argument.step + by };
  const [own, other] = [moved(a, 0), moved(b, shift)];
  const sums = a.attributes.results.length;
  const addedSums = added.results.length;
  return {
    ...a,
    inputs,
    // Sums first, then what is computed for every element.
    outputs: [
      ...a.outputs.slice(0, sums),
      ...b.outputs.slice(0, addedSums),
      ...a.outputs.slice(sums),
      ...b.outputs.slice(addedSums),
    ],
    attributes: {
      ...a.attributes,
      steps: [
        ...a.attributes.steps.map((step) => ({ ...step, args: step.args.map(own) })),
        ...added.steps.map((step) => ({ ...step, args: step.args.map(other) })),
      ],
      results: [...a.attributes.results.map(own), ...added.results.map(other)],
      means: [...a.attributes.means, ...added.means],
      maps: [...a.attributes.maps.map(own), ...added.maps.map(other)],
    },
  };
}
