/** @file The rules that hold between passes: everything is defined once, before it is read. */

import type { ValueId } from '../../../core/graph/ir';
import { GraphError } from '../../../core/graph/verify';
import type { DeviceGraph } from './fusedOps';

/** @throws GraphError that names the pass and the first broken rule. */
export function verifyDeviceGraph(graph: DeviceGraph, pass: string): void {
  const defined = new Set<ValueId>();
  const define = (value: ValueId, by: string): void => {
    if (!(value in graph.values))
      throw new GraphError(`${pass}: ${by} defines value ${value}, which has no type`);
    if (defined.has(value)) throw new GraphError(`${pass}: ${by} defines value ${value} a second time`);
    defined.add(value);
  };
  const use = (value: ValueId, by: string): void => {
    if (!defined.has(value)) throw new GraphError(`${pass}: ${by} reads value ${value} before it is defined`);
  };
  for (const { name, value } of graph.inputs) define(value, `input '${name}'`);
  for (const [index, { op, inputs, outputs }] of graph.nodes.entries()) {
    for (const input of inputs) if (input !== null) use(input, `node ${index} (${op})`);
    for (const output of outputs) define(output, `node ${index} (${op})`);
  }
  for (const { name, value } of graph.outputs) use(value, `output '${name}'`);
  for (const { name, value } of graph.updates) use(value, `update '${name}'`);
}
