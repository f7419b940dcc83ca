/** @file Checks every rule that a graph must keep; each pass is followed by it. */
import { tracedOps } from '../ops/traceOnly/tracedOps';
import type { NamedValue, TensorType, TraceGraph, TraceNode, ValueId } from './ir';
import { sameShape } from './ir';
import { describeType } from './print';

/** A pass of ours has broken a graph. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

/** @throws GraphError that names the first broken rule. */
export function verify(graph: TraceGraph): void {
  const defined = new Array<boolean>(graph.values.length).fill(false);
  const define = (value: ValueId, by: string) => {
    if (!(value in graph.values)) throw new GraphError(`${by} defines value ${value}, which has no type`);
    if (defined[value]) throw new GraphError(`${by} defines value ${value} a second time`);
    defined[value] = true;
  };
  const use = (value: ValueId, by: string) => {
    if (!defined[value]) throw new GraphError(`${by} reads value ${value} before it is defined`);
  };

  checkUnique('input', graph.inputs);
  for (const { kind, name, value } of graph.inputs) {
    define(value, `input '${name}'`);
    const type = graph.values[value]!;
    checkShape(type, `input '${name}'`);
    if (kind === 'scalar' && (type.dtype !== 'float32' || type.shape.length !== 0)) {
      throw new GraphError(`scalar '${name}' is ${describeType(type)}, not a float32 without dimensions`);
    }
  }

  for (const [index, node] of graph.nodes.entries()) {
    const label = `node ${index} (${node.op})`;
    for (const input of node.inputs) if (input !== null) use(input, label);
    for (const output of node.outputs) define(output, label);
    checkTypes(graph, node, label);
  }
  const undefinedValue = defined.indexOf(false);
  if (undefinedValue >= 0) throw new GraphError(`nothing defines value ${undefinedValue}`);

  checkUnique('output', graph.outputs);
  for (const { name, value } of graph.outputs) use(value, `output '${name}'`);

  checkUnique('update', graph.updates);
  for (const { name, value } of graph.updates) {
    use(value, `update '${name}'`);
    checkUpdate(graph, name, graph.values[value]!);
  }
  if (new Set(graph.counters).size !== graph.counters.length) {
    throw new GraphError('a counter is listed twice');
  }
}

function checkTypes(graph: TraceGraph, node: TraceNode, label: string): void {
  const inputs = node.inputs.map((input) => (input === null ? null : graph.values[input]!));
  const inferred = infer(node, inputs, label);
  if (inferred.length !== node.outputs.length) {
    throw new GraphError(`${label} has ${node.outputs.length} outputs instead of ${inferred.length}`);
  }
  for (const [index, type] of inferred.entries()) {
    const stored = graph.values[node.outputs[index]!]!;
    if (!sameType(stored, type)) {
      throw new GraphError(
        `${label} gives ${describeType(type)}, but its output ${index} is stored as ${describeType(stored)}`,
      );
    }
  }
}

function infer(node: TraceNode, inputs: readonly (TensorType | null)[], label: string): TensorType[] {
  // The table pairs each op with its own attributes; a node of the union loses that pairing.
  const rule = tracedOps[node.op].infer as (
    inputs: readonly (TensorType | null)[],
    attributes: TraceNode['attributes'],
  ) => TensorType[];
  try {
    return rule(inputs, node.attributes);
  } catch (error) {
    throw new GraphError(`${label}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkUpdate(graph: TraceGraph, name: string, type: TensorType): void {
  const state = graph.inputs.find((input) => input.kind === 'state' && input.name === name);
  if (!state) throw new GraphError(`update '${name}' has no state of that name`);
  const stateType = graph.values[state.value]!;
  if (!sameType(stateType, type)) {
    throw new GraphError(`state '${name}' is ${describeType(stateType)}, its update ${describeType(type)}`);
  }
}

function checkShape(type: TensorType, label: string): void {
  if (!type.shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new GraphError(`${label} has the impossible shape [${type.shape.join(', ')}]`);
  }
}

function checkUnique(what: string, named: readonly NamedValue[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw new GraphError(`two ${what}s are named '${name}'`);
    seen.add(name);
  }
}

function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
