/** @file Of what can be traced, not all can be trained: a graph that holds a trace-only op is refused at its line. */
import type { Graph, TraceGraph } from '../core/graph/ir';
import type { Diagnostic, TracedGraph, TracedModel } from '../core/graph/tracedModel';
import { isTraceOnly } from '../core/ops/traceOnly/tracedOps';

/** One error for each op that cannot be trained, at the first line that uses it. */
export function untrainableOps(model: TracedModel): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const traced of model.graphs) {
    for (const { op, frame } of traced.graph.nodes) {
      if (isTraceOnly(op) && !found.has(op)) found.set(op, untrainable(op, traced, frame, model.file));
    }
  }
  return [...found.values()];
}

/** @throws where `untrainableOps` would have said something: whoever trains asks that first. */
export function trainableGraph(graph: TraceGraph): Graph {
  const node = graph.nodes.find(({ op }) => isTraceOnly(op));
  if (node) throw new Error(`${node.op} cannot be trained`);
  return graph as Graph;
}

function untrainable(op: string, { frames }: TracedGraph, frame: number, file: string): Diagnostic {
  const { line, column, endLine, endColumn, ...place } = frames[frame] ?? {
    file,
    line: 1,
    column: 0,
    endLine: 1,
    endColumn: 0,
  };
  return {
    file: place.file,
    line,
    column,
    endLine,
    endColumn,
    severity: 'error',
    code: 'trace-only-op',
    message: `${op} can be traced but not trained here yet.`,
    hint: 'Shapes, parameters and costs are shown all the same. Train this model with PyTorch.',
  };
}
