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

test.each<[string, Record<string, string>]>([
  [
    'from .parts import *, without __init__.py',
    { 'unet/net.py': `from .parts import *\n${NET}`, 'unet/parts.py': LAYER },
  ],
  [
    '__all__ and a circle',
    {
      'models/net.py': `from .parts import *\n${NET}`,
      'models/__init__.py': 'from .net import Net\n',
      'models/parts.py': `${LAYER}from . import net\n__all__ = ["Layer"]\n`,
    },
  ],
  [
    'a src/ layout',
    {
      'train/net.py': `from cells.layer import Layer\n${NET}`,
      'src/cells/__init__.py': '',
      'src/cells/layer.py': LAYER,
    },
  ],
  [
    'sys.path and __file__',
    {
      'a/net.py': `import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))\nfrom layer import Layer\n${NET}`,
      'lib/layer.py': LAYER,
      'a/other/layer.py': 'raise RuntimeError("not this one")\n',
    },
  ],
  [
    "sys.path.append('..')",
    {
      'p/a/net.py': `import sys\nsys.path.append("..")\nfrom lib.layer import Layer\n${NET}`,
      'p/lib/layer.py': LAYER,
      'p/a/sub/lib/layer.py': 'raise RuntimeError("not this one")\n',
    },
  ],
  [
    'the nearest folder that has it',
    {
      'p/models/net.py': `from models.layer import Layer\n${NET}`,
      'p/models/layer.py': LAYER,
      'q/models/layer.py': 'raise RuntimeError("not this one")\n',
    },
  ],
  [
    'a script inside a package',
    { 'pkg/net.py': `from layer import Layer\n${NET}`, 'pkg/__init__.py': '', 'pkg/layer.py': LAYER },
  ],
  [
    'importlib.import_module over os.listdir',
    {
      'models/__init__.py': `import importlib, os\nfor name in os.listdir(os.path.dirname(__file__)):\n    if name.endswith(".py") and name != "__init__.py":\n        Layer = importlib.import_module(f".{name[:-3]}", __package__).Layer\n${NET}`,
      'models/layer.py': LAYER,
    },
  ],
  [
    'importlib.import_module over pkgutil',
    {
      'models/__init__.py': `import importlib, pkgutil\nfor found in pkgutil.iter_modules(__path__):\n    Layer = importlib.import_module("." + found.name, __package__).Layer\n${NET}`,
      'models/layer.py': LAYER,
    },
  ],
  [
    'umlauts, spaces, a byte order mark and CRLF',
    {
      'modèle für/Netz ü.py': `\ufefffrom schicht_ü import Layer\n${NET}`.replaceAll('\n', '\r\n'),
      'modèle für/schicht_ü.py': `\ufeff${LAYER}`.replaceAll('\n', '\r\n'),
    },
  ],
  ['a file named like PyTorch', { 'torch.py': `${LAYER}${NET}` }],
  [
    'a small text beside it, read by its path and from the workspace folder',
    {
      'models/net.py': `import json, pathlib\nassert json.loads((pathlib.Path(__file__).parent / "net.json").read_text()) == {"a": "ü"}\nassert open("models/net.json").readlines() == ['{"a": "ü"}']\n${LAYER}${NET}`,
      'models/net.json': '{"a": "ü"}',
    },
  ],
])('%s', (_case, files) => check(files));

test('texts of the workspace cannot be changed, and are gone with it', async () => {
  const writes =
    'import os\nfor attempt in (lambda: open(__file__, "w"), lambda: os.remove(__file__), lambda: open("/workspace/new", "w")):\n    try:\n        attempt()\n    except PermissionError:\n        continue\n    raise RuntimeError("changed")\n';
  await check({ 'net.py': `${writes}${LAYER}${NET}`, 'old.json': '1' });
  await check({
    'net.py': `import os\nassert os.listdir("/workspace") == ["net.py"], os.listdir("/workspace")\n${LAYER}${NET}`,
  });
  const result = await trace({ 'net.py': 'open("absent.json")\n' });
  expect(diagnosticsText(result)).toEqual([
    expect.stringMatching(
      /^net\.py:1:0-19 no-such-file: FileNotFoundError: .*absent\.json.*\[While tracing only small/,
    ),
  ]);
});

test('try … except ImportError takes the other way, an import without it gives a stub', async () => {
  const text = (guard: string) => `${guard}\nassert found is None\n${LAYER}${NET}`;
  await check({ 'net.py': text('try:\n    import fused as found\nexcept ImportError:\n    found = None') });
  await check({
    'net.py': text(
      'try:\n    from fused.layers import (\n        found\n    )\nexcept (OSError, ModuleNotFoundError):\n    found = None',
    ),
  });
  await check({
    'net.py': text(
      'import contextlib\nfound = None\nwith contextlib.suppress(ImportError):\n    import fused as found',
    ),
  });
  await check({
    'net.py': `try:\n    pass\nexcept ImportError:\n    import fused\nimport fused\n${LAYER}${NET}`,
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
