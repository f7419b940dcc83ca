/** @file Places every visible block: each opened block is laid out on its own and then stands as one box in its layer. */
import type { TraceGraph } from '../../src/core/graph/ir';
import type { Block } from './blocks';
import { entryId, exitId, type LayerEdge, layerEdges } from './layerEdges';
import { layeredLayout } from './layeredLayout';
import { isSpine, spineLayout } from './spineLayout';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayerNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Route extends LayerEdge {
  /** A skip runs past other blocks beside the chain. */
  readonly kind: 'flow' | 'skip';
  /** From the source's border to the target's, at least two. */
  readonly points: readonly Point[];
}

/** What any layout engine gives: top left corners of the nodes, and routes, all within width×height. */
export interface LayerLayout {
  readonly width: number;
  readonly height: number;
  readonly corners: ReadonlyMap<string, Point>;
  readonly routes: readonly Route[];
}

export interface PlacedBlock extends Point {
  readonly block: Block;
  readonly width: number;
  readonly height: number;
  readonly expanded: boolean;
  readonly depth: number;
}

export interface DiagramLayout {
  readonly width: number;
  readonly height: number;
  /** Outer blocks before what is inside them, siblings in execution order. */
  readonly blocks: readonly PlacedBlock[];
  readonly routes: readonly Route[];
}

export const blockSize = { width: 256, moduleHeight: 46, opHeight: 26, header: 54, padding: 16 } as const;

/** Lays out `blocks`, with the insides of those whose id is in `expanded`. Units: pixels at zoom 1. */
export function layoutDiagram(
  graph: TraceGraph,
  blocks: readonly Block[],
  expanded: ReadonlySet<string>,
): DiagramLayout {
  return layoutLayer(graph, blocks, expanded, 0);
}

function layoutLayer(
  graph: TraceGraph,
  blocks: readonly Block[],
  expanded: ReadonlySet<string>,
  depth: number,
): DiagramLayout {
  const insides = new Map<string, DiagramLayout>();
  for (const block of blocks) {
    if (block.children.length === 0 || !expanded.has(block.id)) continue;
    insides.set(block.id, layoutLayer(graph, block.children, expanded, depth + 1));
  }
  const edges = layerEdges(graph, blocks);
  const nodes: LayerNode[] = blocks.map((block) => ({
    id: block.id,
    ...sizeOf(block, insides.get(block.id)),
  }));
  if (edges.some((edge) => edge.from === entryId)) nodes.unshift({ id: entryId, width: 1, height: 1 });
  if (edges.some((edge) => edge.to === exitId)) nodes.push({ id: exitId, width: 1, height: 1 });

  const layer = isSpine(nodes, edges) ? spineLayout(nodes, edges) : layeredLayout(nodes, edges);
  const placed: PlacedBlock[] = [];
  // What leaves an opened block runs on to its border, where the outer layer's edge takes over.
  const routes: Route[] = layer.routes.map((route) => {
    const end = route.points.at(-1)!;
    const border = { x: end.x, y: end.y + blockSize.padding + 1 };
    return route.to === exitId ? { ...route, points: [...route.points, border] } : route;
  });
  blocks.forEach((block) => {
    const corner = layer.corners.get(block.id)!;
    const inside = insides.get(block.id);
    const size = sizeOf(block, inside);
    placed.push({ block, ...corner, ...size, expanded: inside !== undefined, depth });
    if (!inside) return;
    const shift = (point: Point): Point => ({
      x: corner.x + (size.width - inside.width) / 2 + point.x,
      y: corner.y + blockSize.header + point.y,
    });
    placed.push(...inside.blocks.map((child) => ({ ...child, ...shift(child) })));
    routes.push(...inside.routes.map((route) => ({ ...route, points: route.points.map(shift) })));
  });
  return { width: layer.width, height: layer.height, blocks: placed, routes };
}

function sizeOf(block: Block, inside: DiagramLayout | undefined): { width: number; height: number } {
  if (inside) {
    return {
      width: Math.max(blockSize.width, inside.width + 2 * blockSize.padding),
      height: blockSize.header + inside.height + blockSize.padding,
    };
  }
  // What has weights or opens stands out; pools, activations and loose ops are slim.
  const tall = block.parameters > 0 || block.children.length > 0;
  return { width: blockSize.width, height: tall ? blockSize.moduleHeight : blockSize.opHeight };
}
