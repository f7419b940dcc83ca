/** @file One kernel updates all parameters that lie in one page, where each had one of its own. */
import type { GraphNode } from '../../../core/graph/ir';
import { givenStates, gradientInput, isUpdateOp, updateRule } from '../kernels/optimizers';
import type { DeviceGraph, DeviceNode, FusedNode, UpdateOp } from './fusedOps';
import { orderNodes } from './orderNodes';
import type { FusionOptions } from './passes';

export function fuseOptimizer(graph: DeviceGraph, { stateOf }: FusionOptions): DeviceGraph {
  const names = new Map(
    graph.inputs.flatMap(({ kind, name, value }) => (kind === 'state' ? [[value, name]] : [])),
  );
  const updates = new Map(graph.updates.map(({ name, value }) => [name, value]));
  const used = new Set(graph.outputs.map(({ value }) => value));

  /** The same for nodes that one kernel can do together; null where a node has to stay alone. */
  const keyOf = (node: GraphNode<UpdateOp>): string | null => {
    const pages: number[] = [];
    for (const [index, { input }] of givenStates(node).entries()) {
      const state = node.inputs[input]!;
      const name = names.get(state);
      const place = name === undefined ? undefined : stateOf(name);
      // The old value must be free to be overwritten.
      if (!place?.shared || used.has(state) || updates.get(name!) !== node.outputs[index]) return null;
      pages.push(place.page);
    }
    // One binding a page, and each only once.
    if (new Set(pages).size !== pages.length) return null;
    const scalars = updateRule(node.op).scalars.map(({ input }) => node.inputs[input]);
    return JSON.stringify([node.op, node.attributes, pages, scalars]);
  };

  const groups = new Map<string, GraphNode<UpdateOp>[]>();
  for (const node of graph.nodes) {
    if (!isUpdate(node)) continue;
    const key = keyOf(node);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const replaced = new Set<DeviceNode>();
  const steps: DeviceNode[] = [];
  const after = new Map<DeviceNode, DeviceNode[]>();
  for (const members of groups.values()) {
    if (members.length < 2) continue;
    const step = together(members);
    steps.push(step);
    for (const member of members) replaced.add(member);
    const { states, count } = step.attributes;
    const overwritten = new Set(step.inputs.slice(count, count + count * states.length));
    after.set(
      step,
      graph.nodes.filter(
        (node) =>
          !members.includes(node as GraphNode<UpdateOp>) &&
          node.inputs.some((input) => overwritten.has(input)),
      ),
    );
  }
  const nodes = orderNodes([...graph.nodes.filter((node) => !replaced.has(node)), ...steps], after);
  return nodes ? { ...graph, nodes } : graph;
}

const isUpdate = (node: DeviceNode): node is GraphNode<UpdateOp> => isUpdateOp(node.op);

function together(members: readonly GraphNode<UpdateOp>[]): FusedNode<'optimizer_step'> {
  const [first] = members as readonly [GraphNode<UpdateOp>];
  const slots = givenStates(first);
  return {
    op: 'optimizer_step',
    inputs: [
      ...members.map(({ inputs }) => inputs[gradientInput]!),
      ...members.flatMap(({ inputs }) => slots.map(({ input }) => inputs[input]!)),
      ...updateRule(first.op).scalars.map(({ input }) => first.inputs[input]!),
    ],
    outputs: members.flatMap(({ outputs }) => outputs),
    attributes: {
      rule: first.op,
      attributes: first.attributes,
      states: slots.map(({ name }) => name),
      count: members.length,
    },
    frame: -1,
  };
}
