/** @file A traced graph as lints ask about it: who makes and who reads a value, and which line that is. */
import type { TraceNode, ValueId } from '../graph/ir';
import type { ModuleCall, ModuleInfo, SourceRange, TracedGraph, TracedModel } from '../graph/tracedModel';

export class GraphView {
  /** Index of the node that makes a value. */
  readonly maker = new Map<ValueId, number>();
  /** Indices of the nodes that read a value. */
  readonly readers = new Map<ValueId, number[]>();
  readonly modules: ReadonlyMap<string, ModuleInfo>;
  readonly outputs: ReadonlySet<ValueId>;

  constructor(
    readonly model: TracedModel,
    readonly traced: TracedGraph,
  ) {
    traced.graph.nodes.forEach((node, index) => {
      for (const id of node.outputs) this.maker.set(id, index);
      for (const id of node.inputs) {
        if (id === null) continue;
        const readers = this.readers.get(id);
        if (readers) readers.push(index);
        else this.readers.set(id, [index]);
      }
    });
    this.modules = new Map(model.modules.map((module) => [module.path, module]));
    this.outputs = new Set(traced.graph.outputs.map(({ value }) => value));
  }

  get nodes(): readonly TraceNode[] {
    return this.traced.graph.nodes;
  }

  shape(id: ValueId): readonly number[] {
    return this.traced.graph.values[id]!.shape;
  }

  makerOf(id: ValueId | null | undefined): TraceNode | null {
    const index = id == null ? undefined : this.maker.get(id);
    return index === undefined ? null : this.nodes[index]!;
  }

  /** The only node that reads a value which is no output; null where there are others or none. */
  onlyReader(id: ValueId): TraceNode | null {
    const readers = this.readers.get(id) ?? [];
    return readers.length === 1 && !this.outputs.has(id) ? this.nodes[readers[0]!]! : null;
  }

  /** The innermost module call that made a node. */
  callOf(index: number): ModuleCall | null {
    let innermost: ModuleCall | null = null;
    for (const call of this.traced.calls) {
      if (call.firstNode > index || call.endNode <= index) continue;
      if (!innermost || call.endNode - call.firstNode <= innermost.endNode - innermost.firstNode)
        innermost = call;
    }
    return innermost;
  }

  module(path: string): ModuleInfo | null {
    return this.modules.get(path) ?? null;
  }

  /** The user's innermost expression of a frame; null where none is in the workspace. */
  place(frame: number): SourceRange | null {
    const found = this.traced.frames[frame];
    if (!found) return null;
    const { file, line, column, endLine, endColumn } = found;
    return { file, line, column, endLine, endColumn };
  }

  /** Where a node's layer is spoken of: in the call of the container that holds it, else where it is called. */
  placeOf(index: number): SourceRange | null {
    const call = this.callOf(index);
    const holder = call && this.module(parentPath(call.path));
    const isHeld = call !== null && call.path !== '' && holder?.isLibrary;
    if (isHeld) return this.module(call.path)?.construction ?? null;
    return this.place(this.nodes[index]!.frame);
  }
}

export function parentPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

/** Of each model the graph in training mode. */
export function trainingViews(models: readonly TracedModel[]): GraphView[] {
  return models.flatMap((model) =>
    model.graphs.filter(({ mode }) => mode === 'train').map((graph) => new GraphView(model, graph)),
  );
}
