/** @file A graph as text, for goldens and for people. */
import type { TensorType, TraceGraph, TraceNode, ValueId } from './ir';

/** `4×8×64×64`, with the dtype where it is not float32; `scalar` without dimensions. */
export function describeType({ shape, dtype }: TensorType): string {
  const size = shape.length === 0 ? 'scalar' : shape.join('×');
  return dtype === 'float32' ? size : `${size} ${dtype}`;
}

/** One line an input, node, output, update and counter. Inputs go by name, other values by `%` and their order. */
export function print(graph: TraceGraph): string {
  const names = new Map(graph.inputs.map(({ name, value }) => [value, name]));
  for (const value of graph.nodes.flatMap((node) => node.outputs)) {
    names.set(value, `%${names.size - graph.inputs.length}`);
  }
  const nameOf = (value: ValueId | null) => (value === null ? 'none' : (names.get(value) ?? `?${value}`));
  const typeOf = (value: ValueId) => describeType(graph.values[value]!);
  const lines = [
    ...graph.inputs.map(({ kind, name, value }) => `${kind} ${name}: ${typeOf(value)}`),
    ...graph.nodes.map((node) => {
      const call = `${node.op}(${node.inputs.map(nameOf).join(', ')})${printAttributes(node)}`;
      return `${node.outputs.map(nameOf).join(', ')} = ${call}: ${node.outputs.map(typeOf).join(', ')}`;
    }),
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${nameOf(value)}`),
    ...graph.updates.map(({ name, value }) => `update ${name} = ${nameOf(value)}`),
    ...graph.counters.map((name) => `counter ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

function printAttributes(node: TraceNode): string {
  const entries = Object.entries(node.attributes as Readonly<Record<string, unknown>>);
  return entries.map(([key, value]) => ` ${key}=${printValue(value)}`).join('');
}

function printValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}
