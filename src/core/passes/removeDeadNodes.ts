/** @file Dead-code elimination. */
import type { Graph, GraphInput, GraphNode, TensorType, ValueId } from '../graph/ir';

/**
 * Without the nodes that no output and no update needs, and without `state` and `scalar` inputs that nothing then
 * reads. `data` inputs stay: they are the graph's signature. Values are numbered anew.
 */
export function removeDeadNodes(graph: Graph): Graph {
  const live = new Set<ValueId>([...graph.outputs, ...graph.updates].map(({ value }) => value));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    for (const input of node.inputs) if (input !== null) live.add(input);
    nodes.unshift(node);
  }
  const updated = new Set(graph.updates.map(({ name }) => name));
  const inputs = graph.inputs.filter(
    ({ kind, name, value }) => kind === 'data' || live.has(value) || (kind === 'state' && updated.has(name)),
  );
  return renumber(graph, inputs, nodes);
}

/** The graph of these inputs and nodes alone, with dense value ids. */
function renumber(graph: Graph, inputs: readonly GraphInput[], nodes: readonly GraphNode[]): Graph {
  const ids = new Map<ValueId, ValueId>();
  const values: TensorType[] = [];
  const define = (value: ValueId): ValueId => {
    ids.set(value, values.length);
    values.push(graph.values[value]!);
    return values.length - 1;
  };
  const use = (value: ValueId): ValueId => ids.get(value)!;
  const renamed = <T extends { readonly value: ValueId }>(named: T): T => ({
    ...named,
    value: use(named.value),
  });
  return {
    inputs: inputs.map((input) => ({ ...input, value: define(input.value) })),
    nodes: nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((input) => (input === null ? null : use(input))),
      outputs: node.outputs.map(define),
    })),
    values,
    outputs: graph.outputs.map(renamed),
    updates: graph.updates.map(renamed),
    counters: graph.counters,
  };
}
