import { expect, test } from 'vitest';
import type { TracedModel } from '../../src/core/graph/tracedModel';
import { type Block, buildBlocks } from '../../webview/diagram/blocks';
import { blocksAtLine } from '../../webview/diagram/blocksAtLine';
import { layerEdges } from '../../webview/diagram/layerEdges';
import { layoutDiagram } from '../../webview/diagram/layout';
import { fixture, HEADER, startTracing, target } from '../trace/tracing';
import { seedUnetTrace } from './seedUnetTrace';

const tracing = startTracing();

function all(list: readonly Block[]): Block[] {
  return list.flatMap((block) => [block, ...all(block.children)]);
}

function blocksOf(model: TracedModel): readonly Block[] {
  return buildBlocks(model.graphs[0]!, model.state);
}

/** What a reader sees of each block, without what depends on node numbers. */
function seen(model: TracedModel): string[] {
  return all(blocksOf(model)).map(
    ({ title, path, shape, parameters }) => `${title} ${path} ${shape} ${parameters}`,
  );
}

test('the real trace of the seed U-Net draws as the fixture built by hand does', async () => {
  const result = await tracing.trace(
    { 'seed_unet.py': fixture('seed_unet.py') },
    target('UNET', { in_channels: 1, out_channels: 1 }, [3, 1, 161, 161]),
  );
  const model = result.models[0]!;
  expect(seen(model)).toEqual(seen(seedUnetTrace()));
  const traced = model.graphs[0]!;
  const blocks = blocksOf(model);
  expect(layerEdges(traced.graph, blocks)).toEqual(
    layerEdges(seedUnetTrace().graphs[0]!.graph, blocksOf(seedUnetTrace())),
  );
  const { blocks: placed } = layoutDiagram(traced.graph, blocks, new Set());
  const line =
    fixture('seed_unet.py')
      .split('\n')
      .findIndex((text) => text.includes('x = down(x)')) + 1;
  expect([...blocksAtLine(traced, placed, 'seed_unet.py', line)]).toEqual(
    [0, 1, 2, 3].map((at) => `downs.${at}#0`),
  );
});

test('a residual network: branches meet in add, repeated blocks fold', async () => {
  const source = `${HEADER}
class Block(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.short = nn.Sequential() if stride == 1 else nn.Conv2d(cin, cout, 1, stride)
    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.short(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(Block(3, 8, 2), *[Block(8, 8) for _ in range(4)])
        self.head = nn.Linear(8, 10)
    def forward(self, x):
        x = self.body(x).mean((2, 3))
        return self.head(x)
`;
  const result = await tracing.trace(source, target('Net', {}, [2, 3, 32, 32]));
  const model = result.models[0]!;
  const traced = model.graphs[0]!;
  const blocks = blocksOf(model);
  expect(blocks.map((block) => block.title)).toEqual(['Input', 'Sequential', 'mean', 'Linear', 'Output']);
  expect(blocks[1]!.children.map((block) => block.title)).toEqual(['Block', 'Block ×4']);
  const branching = blocks[1]!.children[0]!.children;
  expect(branching.map((block) => block.title)).toEqual([
    'Conv2d 3×3 stride 2',
    'relu',
    'Conv2d 3×3',
    'Conv2d 1×1 stride 2',
    'add',
    'relu',
  ]);
  const edges = layerEdges(traced.graph, branching).map(({ from, to }) => `${from} → ${to}`);
  expect(edges.filter((edge) => edge.startsWith('(in)'))).toHaveLength(2);
  expect(edges.filter((edge) => edge.endsWith('(out)'))).toHaveLength(1);
  const open = layoutDiagram(traced.graph, blocks, new Set(all(blocks).map((block) => block.id)));
  for (const { points } of open.routes)
    for (const point of points) {
      expect(point.x).toBeGreaterThanOrEqual(-1);
      expect(point.x).toBeLessThanOrEqual(open.width + 1);
    }
});
