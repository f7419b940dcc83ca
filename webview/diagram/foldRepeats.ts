/** @file A run of identical neighbours becomes one block that says how often: `BasicBlock ×6`. */
import type { TraceGraph } from '../../src/core/graph/ir';
import type { Block } from './blocks';

/** From this many on: two convolutions in a row are still read faster than `×2`. */
const shortestRun = 3;

/**
 * Neighbours fold when each feeds the next and title, shape, parameters and insides are all alike; loose ops and
 * parallel branches never do.
 */
export function foldRepeats(graph: TraceGraph, blocks: readonly Block[]): Block[] {
  const folded: Block[] = [];
  let start = 0;
  while (start < blocks.length) {
    const first = blocks[start]!;
    const alike = signature(first);
    let end = start + 1;
    while (
      end < blocks.length &&
      signature(blocks[end]!) === alike &&
      feeds(graph, blocks[end - 1]!, blocks[end]!)
    )
      end++;
    const run = blocks.slice(start, end);
    if (run.length >= shortestRun && first.kind === 'module') folded.push(repeat(run));
    else folded.push(...run);
    start = end;
  }
  return folded;
}

function repeat(run: readonly Block[]): Block {
  const first = run[0]!;
  const last = run.at(-1)!;
  return {
    ...first,
    id: `repeat:${first.id}`,
    kind: 'repeat',
    title: `${first.title} ×${run.length}`,
    path: `${first.path} … ${last.path}`,
    parameters: run.reduce((sum, block) => sum + block.parameters, 0),
    family: 'block',
    endNode: last.endNode,
    children: run,
  };
}

function feeds(graph: TraceGraph, from: Block, to: Block): boolean {
  const made = new Set(graph.nodes.slice(from.firstNode, from.endNode).flatMap((node) => node.outputs));
  return graph.nodes
    .slice(to.firstNode, to.endNode)
    .some((node) => node.inputs.some((input) => input !== null && made.has(input)));
}

function signature(block: Block): string {
  const inside = block.children.map(signature).join(';');
  return `${block.kind}|${block.title}|${block.shape}|${block.parameters}|${inside}`;
}
