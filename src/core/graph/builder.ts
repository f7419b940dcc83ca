/** @file Grows a graph node by node, inferring every type as it goes. */
import type { OpName } from '../ops/attributes';
import type { TypeRules } from '../ops/opDefinition';
import type { TracedOpAttributes, TracedOpName } from '../ops/traceOnly/attributes';
import type { Graph, GraphInput, GraphNode, InputKind, NamedValue, TensorType, ValueId } from './ir';

/** The registry is handed in, so that op families may import this type without a circle. */
export class GraphBuilder<Op extends TracedOpName = OpName> {
  private readonly values: TensorType[] = [];
  private readonly inputs: GraphInput[] = [];
  private readonly nodes: GraphNode<Op>[] = [];
  private readonly outputs: NamedValue[] = [];
  private readonly updates: NamedValue[] = [];
  private readonly counters: string[] = [];

  /** The frame of nodes that are added without one: autograd sets it to that of the node it differentiates. */
  frame = -1;

  constructor(private readonly registry: TypeRules<Op>) {}

  /** A builder that goes on where `graph` ends, keeping all its value ids. */
  static extend(registry: TypeRules<OpName>, graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(registry);
    builder.values.push(...graph.values);
    builder.inputs.push(...graph.inputs);
    builder.nodes.push(...graph.nodes);
    builder.outputs.push(...graph.outputs);
    builder.updates.push(...graph.updates);
    builder.counters.push(...graph.counters);
    return builder;
  }

  input(kind: InputKind, name: string, type: TensorType): ValueId {
    const value = this.value(type);
    this.inputs.push({ kind, name, value });
    return value;
  }

  /** All outputs of a new node. @throws ShapeError when the inputs do not fit. */
  addAll<K extends Op>(
    op: K,
    inputs: readonly (ValueId | null)[],
    attributes: TracedOpAttributes[K],
    frame = this.frame,
  ): ValueId[] {
    const types = this.registry[op].infer(
      inputs.map((id) => (id === null ? null : this.type(id))),
      attributes,
    );
    const outputs = types.map((type) => this.value(type));
    this.nodes.push({ op, inputs, outputs, attributes, frame } as unknown as GraphNode<Op>);
    return outputs;
  }

  /** The first output of a new node. */
  add<K extends Op>(
    op: K,
    inputs: readonly (ValueId | null)[],
    attributes: TracedOpAttributes[K],
    frame = this.frame,
  ): ValueId {
    return this.addAll(op, inputs, attributes, frame)[0]!;
  }

  type(id: ValueId): TensorType {
    const type = this.values[id];
    if (!type) throw new RangeError(`value ${id} is not in this graph`);
    return type;
  }

  shape(id: ValueId): readonly number[] {
    return this.type(id).shape;
  }

  output(name: string, value: ValueId): void {
    this.outputs.push({ name, value });
  }

  update(state: string, value: ValueId): void {
    this.updates.push({ name: state, value });
  }

  counter(state: string): void {
    this.counters.push(state);
  }

  get nodeCount(): number {
    return this.nodes.length;
  }

  build(): Graph<Op> {
    return {
      values: [...this.values],
      inputs: [...this.inputs],
      nodes: [...this.nodes],
      outputs: [...this.outputs],
      updates: [...this.updates],
      counters: [...this.counters],
    };
  }

  private value(type: TensorType): ValueId {
    this.values.push(type);
    return this.values.length - 1;
  }
}
