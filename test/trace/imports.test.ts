/** @file Imports between workspace files, and Python left clean after each trace. */
import { expect, test } from 'vitest';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();
const LAYER = `${HEADER}class Layer(nn.Module):\n    def forward(self, x):\n        return x.flatten(1)\n`;
const NET = `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = Layer()\n    def forward(self, x):\n        return self.layer(x)\n`;
const RUN = target('Net', {}, [2, 3, 4, 4]);

async function check(files: Record<string, string>): Promise<void> {
  const result = await trace(files, RUN);
  expect(diagnosticsText(result)).toEqual([]);
  expect(result.models[0]!.graphs[0]!.output).toEqual({ shape: [2, 48], dtype: 'float32' });
}

test('a neighbour file', () => check({ 'net.py': `from layer import Layer\n${NET}`, 'layer.py': LAYER }));

test('an entry inside a package is its member', () =>
  check({
    'work/models/net.py': `from .parts.layer import Layer\nfrom ..models import NAME\n${NET}`,
    'work/__init__.py': '',
    'work/models/__init__.py': 'NAME = "a"\n',
    'work/models/parts/__init__.py': 'from .layer import Layer\n',
    'work/models/parts/layer.py': LAYER,
  }));

test('a folder without __init__.py', () =>
  check({ 'net.py': `from parts.layer import Layer\n${NET}`, 'parts/layer.py': LAYER }));

test('a workspace package comes before a stand-in of the same name, torch aside', () =>
  check({
    'net.py': `from einops.layers import Layer\n${NET}`,
    'einops/layers.py': LAYER,
    'torch/__init__.py': 'raise RuntimeError("not PyTorch")\n',
  }));

test('also before torchvision, which is imported already; the next trace has ours again', async () => {
  await check({
    'net.py': `from torchvision.layers import Layer\n${NET}`,
    'torchvision/__init__.py': '',
    'torchvision/layers.py': LAYER,
  });
  await check({
    'net.py': `import torchvision.transforms.functional as TF\nTF.resize\n${LAYER}${NET}`,
  });
});

test('a file named like a module of Python', () =>
  check({ 'random.py': `import random\nrandom.random()\n${LAYER}${NET}` }));

test('frames lead from the neighbour file back to the entry', async () => {
  const result = await trace({ 'net.py': `from layer import Layer\n${NET}`, 'layer.py': LAYER }, RUN);
  const { graph, frames, calls } = result.models[0]!.graphs[0]!;
  const frame = frames[graph.nodes[0]!.frame]!;
  expect(frame).toMatchObject({ file: 'layer.py', line: 6, function: 'Layer.forward' });
  expect(frames[frame.parent]).toMatchObject({
    file: 'net.py',
    line: 10,
    function: 'Net.forward',
    parent: -1,
  });
  expect(calls[1]!.definition).toMatchObject({ file: 'layer.py', line: 4, column: 0 });
});

test('one trace leaves nothing behind for the next', async () => {
  await trace({ 'net.py': `from layer import Layer\n${NET}`, 'layer.py': LAYER }, RUN);
  const result = await trace({ 'net.py': `from layer import Layer\n${NET}` }, RUN);
  expect(result.diagnostics[0]!.code).not.toBe(undefined);
  expect(result.models).toEqual([]);
});

test('a changed torch is gone at the next trace', async () => {
  const spoiled = `${HEADER}nn.Module.forward = lambda self, x: x[:, :1]\ntorch.relu = None\nclass Net(nn.Module):\n    pass\n`;
  const first = await trace({ 'net.py': spoiled }, RUN);
  expect(first.models[0]!.graphs[0]!.output).toEqual({ shape: [2, 1, 4, 4], dtype: 'float32' });
  const second = await trace(
    { 'net.py': `${HEADER}class Net(nn.Module):\n    def forward(self, x):\n        return torch.relu(x)\n` },
    RUN,
  );
  expect(diagnosticsText(second)).toEqual([]);
});

test('two modules in a file are both traced by their own test code', async () => {
  const both = `${LAYER}${NET}class Other(nn.Module):\n    def __init__(self, n, *, m=2):\n        super().__init__()\n        self.fc = nn.Linear(n, m)\n    def forward(self, x):\n        return self.fc(x)\ndef test_other():\n    assert Other(5)(torch.zeros(1, 5)).shape == (1, 3), "two, not three"\nif __name__ == "__main__":\n    print(Net()(torch.ones(2, 1, 2, 2)).shape)\n`;
  const result = await trace({ 'net.py': both });
  expect(result.models.map(({ model, graphs }) => [model, graphs[0]!.output])).toEqual([
    ['Net', { shape: [2, 4], dtype: 'float32' }],
    ['Other', { shape: [1, 2], dtype: 'float32' }],
  ]);
  expect(result.candidates.find(({ name }) => name === 'Other')).toMatchObject({
    example: { args: { n: 5 }, inputs: [{ shape: [1, 5], dtype: 'float32' }], origin: 'test' },
    parameters: [{ name: 'n' }, { name: 'm', default: { text: '2', value: 2 } }],
  });
  expect(result.diagnostics.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    ['example-failed', 'warning', 'AssertionError: two, not three'],
  ]);
});
