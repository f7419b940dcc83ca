/** @file What a graph costs to run. */
import type { Graph, GraphNode } from '../graph/ir';
import type { OpAttributes, OpName } from '../ops/attributes';
import type { OpDefinition, OptionalType } from '../ops/opDefinition';
import { registry } from '../ops/registry';

/** Multiply–accumulate operations of one run, for the batch that the graph was traced with. */
export function graphMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(node, graph), 0);
}

export function nodeMacs(node: GraphNode, graph: Graph): number {
  const inputs = node.inputs.map((id): OptionalType => (id === null ? null : graph.values[id]!));
  const outputs = node.outputs.map((id) => graph.values[id]!);
  // The node's own attributes belong to its own op, which the union cannot express.
  const { macs } = registry[node.op] as OpDefinition<OpName>;
  return macs?.(inputs, outputs, node.attributes as OpAttributes[OpName]) ?? 0;
}
