/** @file What a graph costs to run. */
import type { TraceGraph, TraceNode } from '../graph/ir';
import type { OpMeaning, OptionalType } from '../ops/opDefinition';
import type { TracedOpAttributes, TracedOpName } from '../ops/traceOnly/attributes';
import { tracedOps } from '../ops/traceOnly/tracedOps';

/** Multiply–accumulate operations of one run, for the batch that the graph was traced with. */
export function graphMacs(graph: TraceGraph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(node, graph), 0);
}

/** None for a product with one-hot rows: it stands for looking rows of a table up. */
export function nodeMacs(node: TraceNode, graph: TraceGraph): number {
  if (node.op === 'matmul' && oneHotRows(graph).has(node.inputs[0]!)) return 0;
  const inputs = node.inputs.map((id): OptionalType => (id === null ? null : graph.values[id]!));
  const outputs = node.outputs.map((id) => graph.values[id]!);
  // The node's own attributes belong to its own op, which the union cannot express.
  const { macs } = tracedOps[node.op] as OpMeaning<TracedOpName>;
  return macs?.(inputs, outputs, node.attributes as TracedOpAttributes[TracedOpName]) ?? 0;
}

const known = new WeakMap<TraceGraph, ReadonlySet<number>>();

function oneHotRows(graph: TraceGraph): ReadonlySet<number> {
  let rows = known.get(graph);
  if (!rows) {
    rows = new Set(graph.nodes.flatMap(({ op, outputs }) => (op === 'one_hot' ? outputs : [])));
    known.set(graph, rows);
  }
  return rows;
}
