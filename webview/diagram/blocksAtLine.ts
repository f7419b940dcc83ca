/** @file Which visible blocks a source line stands for: the editor's cursor lights them up. */
import type { Frame, TracedGraph } from '../../src/core/graph/tracedModel';
import type { Block } from './blocks';
import type { PlacedBlock } from './layout';

/** Ids of the innermost visible blocks that run because of `file:line`, directly or through a call. */
export function blocksAtLine(
  traced: TracedGraph,
  placed: readonly PlacedBlock[],
  file: string,
  line: number,
): ReadonlySet<string> {
  const onLine = traced.frames.map((frame) => covers(frame, file, line));
  const reaches = (frame: number): boolean => {
    for (let at = frame; at >= 0; at = traced.frames[at]?.parent ?? -1) if (onLine[at]) return true;
    return false;
  };
  const nodes = traced.graph.nodes.map((node) => reaches(node.frame));
  const lit = placed.filter(({ block, expanded }) => {
    if (block.firstNode === block.endNode) return false;
    if (block.frame >= 0 && onLine[block.frame]) return true;
    return !expanded && someNode(block, nodes);
  });
  return new Set(lit.map(({ block }) => block.id));
}

function someNode(block: Block, nodes: readonly boolean[]): boolean {
  return nodes.slice(block.firstNode, block.endNode).some(Boolean);
}

function covers(frame: Frame, file: string, line: number): boolean {
  return frame.file === file && frame.line <= line && line <= frame.endLine;
}
