/**
 * @file Layout for networks that are one chain with skips, as U-Nets and most residual networks are: the chain runs
 * straight down, and skips run beside it like brackets, the longer the further out.
 */
import type { LayerEdge } from './layerEdges';
import type { LayerLayout, LayerNode, Point, Route } from './layout';

const gap = 18;
const laneGap = 16;
/** From the widest node to the first lane. */
const laneMargin = 22;

/** True where every node feeds the one that is executed next. */
export function isSpine(nodes: readonly LayerNode[], edges: readonly LayerEdge[]): boolean {
  const joined = new Set(edges.map((edge) => `${edge.from}→${edge.to}`));
  return nodes.slice(1).every((node, index) => joined.has(`${nodes[index]!.id}→${node.id}`));
}

/** `nodes` in execution order; `isSpine` must hold. */
export function spineLayout(nodes: readonly LayerNode[], edges: readonly LayerEdge[]): LayerLayout {
  const rank = new Map(nodes.map((node, index) => [node.id, index]));
  const skips = edges.filter((edge) => rank.get(edge.to)! > rank.get(edge.from)! + 1);
  const lanes = assignLanes(skips, rank);
  const laneCount = Math.max(0, ...lanes.values()) + (skips.length > 0 ? 1 : 0);

  const widest = Math.max(...nodes.map((node) => node.width));
  // The same room on both sides keeps the chain in the middle of its box.
  const side = laneCount === 0 ? 0 : laneMargin + (laneCount - 1) * laneGap + 8;
  const center = side + widest / 2;
  const corners = new Map<string, Point>();
  let y = 0;
  for (const node of nodes) {
    corners.set(node.id, { x: center - node.width / 2, y });
    y += node.height + gap;
  }

  const routes: Route[] = edges.map((edge) => {
    const from = nodes[rank.get(edge.from)!]!;
    const to = nodes[rank.get(edge.to)!]!;
    const start = corners.get(from.id)!;
    const end = corners.get(to.id)!;
    const lane = lanes.get(edge);
    if (lane === undefined) {
      const points = [
        { x: center, y: start.y + from.height },
        { x: center, y: end.y },
      ];
      return { ...edge, kind: 'flow', points };
    }
    // Leave below the middle and enter above it, so that a skip ending at a node and one starting there keep apart.
    const x = center + widest / 2 + laneMargin + lane * laneGap;
    const leave = start.y + from.height * 0.7;
    const enter = end.y + to.height * 0.3;
    const points = [
      { x: start.x + from.width, y: leave },
      { x, y: leave },
      { x, y: enter },
      { x: end.x + to.width, y: enter },
    ];
    return { ...edge, kind: 'skip', points };
  });
  return { width: 2 * center, height: y - gap, corners, routes };
}

/** Shorter skips take inner lanes; skips share a lane where they do not overlap. */
function assignLanes(skips: readonly LayerEdge[], rank: ReadonlyMap<string, number>): Map<LayerEdge, number> {
  const span = (edge: LayerEdge): readonly [number, number] => [rank.get(edge.from)!, rank.get(edge.to)!];
  const shortestFirst = [...skips].sort((a, b) => span(a)[1] - span(a)[0] - (span(b)[1] - span(b)[0]));
  const lanes = new Map<LayerEdge, number>();
  const taken: (readonly [number, number])[][] = [];
  for (const edge of shortestFirst) {
    const [first, last] = span(edge);
    const free = taken.findIndex((spans) => spans.every(([from, to]) => last <= from || first >= to));
    const lane = free === -1 ? taken.length : free;
    taken[lane] = [...(taken[lane] ?? []), [first, last]];
    lanes.set(edge, lane);
  }
  return lanes;
}
