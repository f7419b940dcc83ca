/** @file The gradient that comes past a pooling layer is added by the kernel of the pooling's own gradient. */

import { tilesInput } from '../kernels/maxPool';
import type { DeviceGraph, DeviceNode } from './fusedOps';
import { readersOf } from './readers';

export function fuseSkipGradient(graph: DeviceGraph): DeviceGraph {
  const readers = readersOf(graph);
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const fused = new Set<DeviceNode>();
  const nodes = graph.nodes.map((node): DeviceNode => {
    if (node.op !== 'add') return node;
    for (const [own, other] of [node.inputs, node.inputs.toReversed()] as const) {
      const pool = makers.get(own!);
      if (pool?.op !== 'max_pool2d_backward' || !tilesInput(pool.attributes)) continue;
      const { nodes: users, isResult } = readers(own!);
      const sameShape = graph.values[other!]!.shape.join() === graph.values[own!]!.shape.join();
      if (users.length > 1 || isResult || !sameShape) continue;
      fused.add(pool);
      return {
        op: 'max_pool2d_backward_add',
        inputs: [...pool.inputs, other!],
        outputs: node.outputs,
        attributes: pool.attributes,
        frame: pool.frame,
      };
    }
    return node;
  });
  return { ...graph, nodes: nodes.filter((node) => !fused.has(node)) };
}
