import { describe, expect, test } from 'vitest';
import type { Graph, GraphNode, TensorType, TraceGraph } from '../../src/core/graph/ir';
import type { ModuleCall, TracedGraph } from '../../src/core/graph/tracedModel';
import { type Block, buildBlocks } from '../../webview/diagram/blocks';
import { blocksAtLine } from '../../webview/diagram/blocksAtLine';
import { layerEdges } from '../../webview/diagram/layerEdges';
import { layoutDiagram, type PlacedBlock } from '../../webview/diagram/layout';
import { routePath } from '../../webview/diagram/routePath';
import { seedUnetTrace } from './seedUnetTrace';

const model = seedUnetTrace();
const traced = model.graphs[0]!;
const blocks = buildBlocks(traced, model.state);

/** One line a block, indented by depth. */
function outline(list: readonly Block[], indent = ''): string {
  return list
    .map((block) => {
      const line = `${indent}${block.title} ${block.path} ${block.shape}`.replace(/ +/g, (s, at) =>
        at < indent.length ? s : ' ',
      );
      return [line, outline(block.children, `${indent}  `)].filter(Boolean).join('\n');
    })
    .join('\n');
}

function all(list: readonly Block[]): Block[] {
  return list.flatMap((block) => [block, ...all(block.children)]);
}

function overlap(a: PlacedBlock, b: PlacedBlock): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function contains(outer: Block, inner: Block): boolean {
  return all(outer.children).includes(inner);
}

/** Siblings keep apart, insides stay inside, and everything is within the canvas. */
function checkPlaces(graph: TraceGraph, list: readonly Block[], expanded: ReadonlySet<string>): void {
  const layout = layoutDiagram(graph, list, expanded);
  for (const [index, a] of layout.blocks.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(0);
    expect(a.y).toBeGreaterThanOrEqual(0);
    expect(a.x + a.width).toBeLessThanOrEqual(layout.width + 0.5);
    expect(a.y + a.height).toBeLessThanOrEqual(layout.height + 0.5);
    for (const b of layout.blocks.slice(index + 1)) {
      if (contains(a.block, b.block)) {
        expect(
          b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height,
        ).toBe(true);
      } else {
        expect(overlap(a, b), `${a.block.id} and ${b.block.id} overlap`).toBe(false);
      }
    }
  }
}

describe('the seed U-Net', () => {
  test('reads as its author wrote it', () => {
    expect(outline(blocks)).toMatchInlineSnapshot(`
      "Input 1×161×161
      DoubleConv downs.0 64×161×161
        Conv2d 3×3 downs.0.conv.0 64×161×161
        BatchNorm2d downs.0.conv.1 64×161×161
        ReLU downs.0.conv.2 64×161×161
        Conv2d 3×3 downs.0.conv.3 64×161×161
        BatchNorm2d downs.0.conv.4 64×161×161
        ReLU downs.0.conv.5 64×161×161
      MaxPool2d 2×2 pool 64×80×80
      DoubleConv downs.1 128×80×80
        Conv2d 3×3 downs.1.conv.0 128×80×80
        BatchNorm2d downs.1.conv.1 128×80×80
        ReLU downs.1.conv.2 128×80×80
        Conv2d 3×3 downs.1.conv.3 128×80×80
        BatchNorm2d downs.1.conv.4 128×80×80
        ReLU downs.1.conv.5 128×80×80
      MaxPool2d 2×2 pool 128×40×40
      DoubleConv downs.2 256×40×40
        Conv2d 3×3 downs.2.conv.0 256×40×40
        BatchNorm2d downs.2.conv.1 256×40×40
        ReLU downs.2.conv.2 256×40×40
        Conv2d 3×3 downs.2.conv.3 256×40×40
        BatchNorm2d downs.2.conv.4 256×40×40
        ReLU downs.2.conv.5 256×40×40
      MaxPool2d 2×2 pool 256×20×20
      DoubleConv downs.3 512×20×20
        Conv2d 3×3 downs.3.conv.0 512×20×20
        BatchNorm2d downs.3.conv.1 512×20×20
        ReLU downs.3.conv.2 512×20×20
        Conv2d 3×3 downs.3.conv.3 512×20×20
        BatchNorm2d downs.3.conv.4 512×20×20
        ReLU downs.3.conv.5 512×20×20
      MaxPool2d 2×2 pool 512×10×10
      DoubleConv bottleneck 1024×10×10
        Conv2d 3×3 bottleneck.conv.0 1024×10×10
        BatchNorm2d bottleneck.conv.1 1024×10×10
        ReLU bottleneck.conv.2 1024×10×10
        Conv2d 3×3 bottleneck.conv.3 1024×10×10
        BatchNorm2d bottleneck.conv.4 1024×10×10
        ReLU bottleneck.conv.5 1024×10×10
      ConvTranspose2d 2×2 stride 2 ups.0 512×20×20
      cat 1024×20×20
      DoubleConv ups.1 512×20×20
        Conv2d 3×3 ups.1.conv.0 512×20×20
        BatchNorm2d ups.1.conv.1 512×20×20
        ReLU ups.1.conv.2 512×20×20
        Conv2d 3×3 ups.1.conv.3 512×20×20
        BatchNorm2d ups.1.conv.4 512×20×20
        ReLU ups.1.conv.5 512×20×20
      ConvTranspose2d 2×2 stride 2 ups.2 256×40×40
      cat 512×40×40
      DoubleConv ups.3 256×40×40
        Conv2d 3×3 ups.3.conv.0 256×40×40
        BatchNorm2d ups.3.conv.1 256×40×40
        ReLU ups.3.conv.2 256×40×40
        Conv2d 3×3 ups.3.conv.3 256×40×40
        BatchNorm2d ups.3.conv.4 256×40×40
        ReLU ups.3.conv.5 256×40×40
      ConvTranspose2d 2×2 stride 2 ups.4 128×80×80
      cat 256×80×80
      DoubleConv ups.5 128×80×80
        Conv2d 3×3 ups.5.conv.0 128×80×80
        BatchNorm2d ups.5.conv.1 128×80×80
        ReLU ups.5.conv.2 128×80×80
        Conv2d 3×3 ups.5.conv.3 128×80×80
        BatchNorm2d ups.5.conv.4 128×80×80
        ReLU ups.5.conv.5 128×80×80
      ConvTranspose2d 2×2 stride 2 ups.6 64×160×160
      interpolate 64×161×161
      cat 128×161×161
      DoubleConv ups.7 64×161×161
        Conv2d 3×3 ups.7.conv.0 64×161×161
        BatchNorm2d ups.7.conv.1 64×161×161
        ReLU ups.7.conv.2 64×161×161
        Conv2d 3×3 ups.7.conv.3 64×161×161
        BatchNorm2d ups.7.conv.4 64×161×161
        ReLU ups.7.conv.5 64×161×161
      Conv2d 1×1 final_conv 1×161×161
      Output 1×161×161"
    `);
  });

  test('counts every parameter once at the top', () => {
    const sum = blocks.reduce((total, block) => total + block.parameters, 0);
    expect(sum).toBe(31_036_481);
  });

  test('has four skips beside its chain', () => {
    const order = blocks.map((block) => block.id);
    const edges = layerEdges(traced.graph, blocks);
    const skips = edges.filter((edge) => order.indexOf(edge.to) > order.indexOf(edge.from) + 1);
    expect(edges).toHaveLength(blocks.length - 1 + 4);
    expect(skips.map((edge) => edge.from)).toEqual(['downs.3#0', 'downs.2#0', 'downs.1#0', 'downs.0#0']);
  });

  test('is laid out without overlaps, closed and fully opened', () => {
    checkPlaces(traced.graph, blocks, new Set());
    checkPlaces(traced.graph, blocks, new Set(all(blocks).map((block) => block.id)));
  });

  test('draws each edge of the visible layers, ending at its blocks', () => {
    const expanded = new Set(['bottleneck#0']);
    const layout = layoutDiagram(traced.graph, blocks, expanded);
    const inner = blocks.find((block) => block.id === 'bottleneck#0')!.children;
    const wanted = [...layerEdges(traced.graph, blocks), ...layerEdges(traced.graph, inner)];
    expect(layout.routes.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(
      wanted.map(({ from, to }) => `${from} ${to}`).sort(),
    );
    for (const { to, points } of layout.routes) {
      const target = layout.blocks.find(({ block }) => block.id === to);
      if (!target) continue;
      const end = points.at(-1)!;
      expect(end.x).toBeGreaterThanOrEqual(target.x - 1);
      expect(end.x).toBeLessThanOrEqual(target.x + target.width + 1);
      expect(end.y).toBeGreaterThanOrEqual(target.y - 1);
      expect(end.y).toBeLessThanOrEqual(target.y + target.height + 1);
    }
  });

  test('lights up every block that a line runs', () => {
    const closed = layoutDiagram(traced.graph, blocks, new Set()).blocks;
    expect([...blocksAtLine(traced, closed, 'seed_unet.py', 55)]).toEqual([
      'downs.0#0',
      'downs.1#0',
      'downs.2#0',
      'downs.3#0',
    ]);
    // A line inside DoubleConv runs in every closed DoubleConv.
    expect(blocksAtLine(traced, closed, 'seed_unet.py', 18).size).toBe(9);
    expect(blocksAtLine(traced, closed, 'other.py', 55).size).toBe(0);
  });
});

/** A chain or a fork of convolutions, given as [module path, index of the node it reads] with -1 for the input. */
function convolutions(steps: readonly (readonly [string, number])[], joined: boolean): TracedGraph {
  const type: TensorType = { shape: [1, 8, 32, 32], dtype: 'float32' };
  const nodes: GraphNode[] = steps.map(([, from], index) => ({
    op: 'conv2d',
    inputs: [from + 1, null, null],
    outputs: [index + 1],
    attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
    frame: -1,
  }));
  if (joined) {
    const inputs = steps.map((_, index) => index + 1);
    nodes.push({ op: 'cat', inputs, outputs: [steps.length + 1], attributes: { dim: 1 }, frame: -1 });
  }
  const leaf = (path: string, firstNode: number): ModuleCall => ({
    path,
    class: 'Conv2d',
    frame: -1,
    inputs: [type],
    output: type,
    firstNode,
    endNode: firstNode + 1,
    definition: null,
  });
  const calls = [
    { ...leaf('', 0), class: 'Net', endNode: nodes.length },
    ...steps.map(([path], index) => leaf(path, index)),
  ];
  const values = [type, ...nodes.map(() => type)];
  const graph: Graph = {
    values,
    nodes,
    inputs: [{ kind: 'data', name: 'input0', value: 0 }],
    outputs: [{ name: 'output0', value: nodes.length }],
    updates: [],
    counters: [],
  };
  return { mode: 'eval', inputs: [type], output: type, graph, frames: [], calls };
}

test('identical blocks in a row fold into one', () => {
  const chain = convolutions(
    [
      ['a', -1],
      ['b', 0],
      ['c', 1],
      ['d', 2],
    ],
    false,
  );
  expect(outline(buildBlocks(chain, []))).toMatchInlineSnapshot(`
    "Input 8×32×32
    Conv2d ×4 a … d 8×32×32
      Conv2d a 8×32×32
      Conv2d b 8×32×32
      Conv2d c 8×32×32
      Conv2d d 8×32×32
    Output 8×32×32"
  `);
});

test('parallel branches stay apart and side by side', () => {
  const fork = convolutions(
    [
      ['a', -1],
      ['b', -1],
      ['c', -1],
    ],
    true,
  );
  const list = buildBlocks(fork, []);
  expect(list.map((block) => block.title)).toEqual(['Input', 'Conv2d', 'Conv2d', 'Conv2d', 'cat', 'Output']);
  checkPlaces(fork.graph, list, new Set());
  const rows = layoutDiagram(fork.graph, list, new Set())
    .blocks.slice(1, 4)
    .map((placed) => placed.y);
  expect(new Set(rows).size).toBe(1);
});

test('corners of a route are round', () => {
  const path = routePath([
    { x: 0, y: 0 },
    { x: 20, y: 0 },
    { x: 20, y: 40 },
  ]);
  expect(path).toBe('M0 0L12 0Q20 0 20 8L20 40');
});
