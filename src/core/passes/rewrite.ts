/** @file Walks a graph once and rebuilds it, letting rules replace nodes on the way. */
import { GraphBuilder } from '../graph/builder';
import type { Graph, ValueId } from '../graph/ir';
import type { OpAttributes, OpName } from '../ops/attributes';
import { registry } from '../ops/registry';

/** A node about to be added, its inputs already in the new graph. */
export type NodeDraft<K extends OpName = OpName> = { [P in K]: DraftOf<P> }[K];

interface DraftOf<K extends OpName> {
  readonly op: K;
  readonly inputs: readonly (ValueId | null)[];
  readonly attributes: OpAttributes[K];
}

export interface RewriteContext {
  /** The graph being built: rules read types from it and may add inputs. */
  readonly builder: GraphBuilder;
  /** The node of the new graph that made a value; null for inputs. */
  producer(value: ValueId): NodeDraft | null;
  /** Adds a node, to which the rules apply in turn. */
  add<K extends OpName>(op: K, inputs: readonly (ValueId | null)[], attributes: OpAttributes[K]): ValueId;
}

/** The value that stands for the node's first output from now on, or null to leave the node as it is. */
export type Rewrite = (draft: NodeDraft, context: RewriteContext) => ValueId | null;

/** Rules are tried in order, the first that answers wins. They apply to nodes with one output. */
export function rewrite(graph: Graph, rules: readonly Rewrite[]): Graph {
  const builder = new GraphBuilder(registry);
  const producers = new Map<ValueId, NodeDraft>();
  const place = (draft: NodeDraft): readonly ValueId[] => {
    for (const rule of rules) {
      const replacement = rule(draft, context);
      if (replacement !== null) return [replacement];
    }
    const outputs = builder.addAll(draft.op, draft.inputs, draft.attributes);
    for (const output of outputs) producers.set(output, draft);
    return outputs;
  };
  const context: RewriteContext = {
    builder,
    producer: (value) => producers.get(value) ?? null,
    add: (op, inputs, attributes) => place({ op, inputs, attributes } as NodeDraft)[0]!,
  };

  const moved = new Map<ValueId, ValueId>();
  for (const { kind, name, value } of graph.inputs) {
    moved.set(value, builder.input(kind, name, graph.values[value]!));
  }
  for (const node of graph.nodes) {
    builder.frame = node.frame;
    const inputs = node.inputs.map((input) => (input === null ? null : moved.get(input)!));
    const outputs = place({ op: node.op, inputs, attributes: node.attributes } as NodeDraft);
    for (const [index, output] of node.outputs.entries()) moved.set(output, outputs[index]!);
  }
  for (const { name, value } of graph.outputs) builder.output(name, moved.get(value)!);
  for (const { name, value } of graph.updates) builder.update(name, moved.get(value)!);
  for (const name of graph.counters) builder.counter(name);
  return builder.build();
}

/** Narrows a draft (or node) to one op. */
export function isOp<K extends OpName>(
  draft: NodeDraft | null,
  op: K,
): draft is Extract<NodeDraft, { readonly op: K }> {
  return draft?.op === op;
}
