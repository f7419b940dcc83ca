/** @file Which shapes each line of a file makes, for inlay hints: a pure view of a trace's result. */
import type { Frame, TracedGraph, TraceResult, TypeTree } from '../core/graph/tracedModel';

export interface LineHint {
  /** From 1: where the outermost expression ends. */
  readonly line: number;
  /** From 0, in UTF-16 units. */
  readonly endColumn: number;
  /** One for each time the expression was evaluated, batch included, in order. */
  readonly shapes: readonly (readonly number[])[];
  /** The module called each time; '' in `path` is the model, absent where the expression is no module call. */
  readonly calls: readonly { readonly path: string }[];
}

/**
 * A line's hint is what its outermost traced expression gives: `x = down(x)` in a loop has one shape a turn. A line
 * that several models run is told by the first of them. Lines that only a call that failed ran are told up to the error.
 */
export function shapeHints(result: TraceResult, file: string): LineHint[] {
  const hints = new Map<number, LineHint>();
  const traced = result.models.flatMap(({ graphs }) => graphs.slice(0, 1));
  const interrupted = result.interrupted?.map(({ graph }) => graph) ?? [];
  for (const graph of [...traced, ...interrupted]) {
    for (const hint of graphHints(graph, file)) if (!hints.has(hint.line)) hints.set(hint.line, hint);
  }
  return [...hints.values()].sort((a, b) => a.line - b.line);
}

interface Evaluation {
  readonly frame: Frame;
  readonly shape: readonly number[];
  readonly path: string | null;
}

function graphHints(graph: TracedGraph, file: string): LineHint[] {
  const byLine = new Map<number, Evaluation[]>();
  for (const evaluation of evaluations(graph)) {
    const { frame } = evaluation;
    if (frame.file !== file) continue;
    const present = byLine.get(frame.endLine);
    const order = present ? compareExtent(frame, present[0]!.frame) : 1;
    if (order > 0) byLine.set(frame.endLine, [evaluation]);
    else if (order === 0) present!.push(evaluation);
  }
  return [...byLine].map(([line, found]) => ({
    line,
    endColumn: found[0]!.frame.endColumn,
    shapes: found.map(({ shape }) => shape),
    calls: found.flatMap(({ path }) => (path === null ? [] : [{ path }])),
  }));
}

/** Positive where `a` reaches further than `b`; both end on one line. */
function compareExtent(a: Frame, b: Frame): number {
  return b.line - a.line || a.endColumn - a.column - (b.endColumn - b.column) || b.column - a.column;
}

/** The first tensor that each frame's expression gave: of the module it called, else of the last op in it. */
function evaluations(graph: TracedGraph): Evaluation[] {
  const shapes = new Map<number, readonly number[]>();
  const paths = new Map<number, string>();
  for (const node of graph.graph.nodes) {
    const value = node.outputs[0];
    if (value === undefined) continue;
    for (let frame = node.frame; frame >= 0; frame = graph.frames[frame]!.parent)
      shapes.set(frame, graph.graph.values[value]!.shape);
  }
  for (const call of graph.calls) {
    // Calls come outermost first: a Sequential's own call is the expression, not its children's.
    if (call.frame < 0 || paths.has(call.frame)) continue;
    paths.set(call.frame, call.path);
    const shape = firstShape(call.output);
    if (shape) shapes.set(call.frame, shape);
  }
  for (const frame of graph.unfinished ?? []) shapes.delete(frame);
  return [...shapes]
    .sort(([a], [b]) => a - b)
    .map(([index, shape]) => ({ frame: graph.frames[index]!, shape, path: paths.get(index) ?? null }));
}

function firstShape(tree: TypeTree): readonly number[] | null {
  if (tree === null) return null;
  if ('shape' in tree) return tree.shape;
  const parts = 'tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict);
  for (const part of parts) {
    const shape = firstShape(part);
    if (shape) return shape;
  }
  return null;
}
