/** @file Data flow between the blocks of one layer, read off the graph's values. */
import type { TraceGraph } from '../../src/core/graph/ir';
import type { Block } from './blocks';

/** Where data enters and leaves a layer that is inside a block. */
export const entryId = '(in)';
export const exitId = '(out)';

export interface LayerEdge {
  readonly from: string;
  readonly to: string;
}

/**
 * Edges among `blocks`, and from `entryId` and to `exitId` for values that cross the layer's border. At the top the
 * blocks themselves hold inputs and output, and those take the border's place.
 */
export function layerEdges(graph: TraceGraph, blocks: readonly Block[]): readonly LayerEdge[] {
  const inside = new Map<number, string>();
  for (const block of blocks)
    for (let index = block.firstNode; index < block.endNode; index++) inside.set(index, block.id);

  const producer = new Map<number, number>();
  graph.nodes.forEach((node, index) => {
    for (const id of node.outputs) producer.set(id, index);
  });
  const dataInputs = new Map(
    graph.inputs.filter((input) => input.kind === 'data').map((input) => [input.value, input.name]),
  );
  const isTop = blocks.some((block) => block.kind === 'input');

  const edges = new Map<string, LayerEdge>();
  const connect = (from: string, to: string): void => {
    if (from !== to) edges.set(`${from}→${to}`, { from, to });
  };

  /** The block that a value comes from; undefined for parameters and for sources that are not drawn. */
  const source = (value: number): string | undefined => {
    const made = producer.get(value);
    if (made !== undefined) return inside.get(made) ?? (isTop || isUnseen(graph, made) ? undefined : entryId);
    const name = dataInputs.get(value);
    return name === undefined ? undefined : isTop ? name : entryId;
  };

  graph.nodes.forEach((node, index) => {
    const to = inside.get(index);
    for (const value of node.inputs) {
      if (value === null) continue;
      const from = source(value);
      if (to !== undefined && from !== undefined) connect(from, to);
      else if (to === undefined && !isTop && from !== undefined && from !== entryId) connect(from, exitId);
    }
  });
  for (const output of graph.outputs) {
    const from = source(output.value);
    if (from !== undefined && from !== entryId) connect(from, isTop ? outputBlock(blocks) : exitId);
  }
  return [...edges.values()];
}

function isUnseen(graph: TraceGraph, index: number): boolean {
  return graph.nodes[index]!.inputs.every((input) => input === null);
}

function outputBlock(blocks: readonly Block[]): string {
  return blocks.find((block) => block.kind === 'output')!.id;
}
