/** @file Which visible blocks a source line stands for: the editor's cursor lights them up. */
import type { Frame, TracedGraph } from '../../src/core/graph/tracedModel';
import type { Block } from './blocks';
import type { PlacedBlock } from './layout';

/**
 * Ids of the visible blocks that `file:line` calls, and of the closed blocks inside of which it runs. What lies
 * within a block that the line calls stays dark: the block itself says it.
 */
export function blocksAtLine(
  traced: TracedGraph,
  placed: readonly PlacedBlock[],
  file: string,
  line: number,
): ReadonlySet<string> {
  const onLine = traced.frames.map((frame) => covers(frame, file, line));
  const lit = placed.filter(({ block, expanded }) => {
    if (block.firstNode === block.endNode) return false;
    return onLine[block.frame] || (!expanded && runsInside(traced, block, onLine));
  });
  return new Set(lit.map(({ block }) => block.id));
}

/** Looks at the frames between the block's own call and each of its nodes. */
function runsInside({ graph, frames }: TracedGraph, block: Block, onLine: readonly boolean[]): boolean {
  return graph.nodes.slice(block.firstNode, block.endNode).some((node) => {
    for (let at = node.frame; at >= 0 && at !== block.frame; at = frames[at]?.parent ?? -1)
      if (onLine[at]) return true;
    return false;
  });
}

function covers(frame: Frame, file: string, line: number): boolean {
  return frame.file === file && frame.line <= line && line <= frame.endLine;
}
