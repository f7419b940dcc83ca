/** @file Who reads a value. */
import type { ValueId } from '../../../core/graph/ir';
import type { DeviceGraph, DeviceNode } from './fusedOps';

export interface Readers {
  /** In graph order; one that reads it twice stands twice. */
  readonly nodes: readonly DeviceNode[];
  /** Whether it is an output of the graph or the new value of a state. */
  readonly isResult: boolean;
}

export function readersOf(graph: DeviceGraph): (value: ValueId) => Readers {
  const nodes = new Map<ValueId, DeviceNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input === null) continue;
      const list = nodes.get(input);
      if (list) list.push(node);
      else nodes.set(input, [node]);
    }
  }
  const results = new Set([...graph.outputs, ...graph.updates].map(({ value }) => value));
  return (value) => ({ nodes: nodes.get(value) ?? [], isResult: results.has(value) });
}
