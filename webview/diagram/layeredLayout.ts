/** @file Layout for networks with branches, by dagre: layers from top to bottom, few crossings. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { LayerEdge } from './layerEdges';
import type { LayerLayout, LayerNode, Point, Route } from './layout';

export function layeredLayout(nodes: readonly LayerNode[], edges: readonly LayerEdge[]): LayerLayout {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 26, edgesep: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  for (const edge of edges) graph.setEdge(edge.from, edge.to);
  layout(graph);

  const corners = new Map<string, Point>();
  for (const node of nodes) {
    const { x, y } = graph.node(node.id) as Point;
    corners.set(node.id, { x: x - node.width / 2, y: y - node.height / 2 });
  }
  const routes: Route[] = edges.map((edge) => {
    const { points } = graph.edge(edge.from, edge.to) as { points: readonly Point[] };
    return { ...edge, kind: 'flow', points };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, corners, routes };
}
