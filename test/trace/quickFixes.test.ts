/** @file Quick fixes where a constructor call is not simply on the line: several lines, other files, other line ends. */
import { expect, test } from 'vitest';
import { applyEdits } from '../../src/core/graph/applyEdits';
import { HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

/** The first fix's title, and the line (in any file) that it changes, as it reads afterwards; then the file is right. */
async function check(
  files: string | Record<string, string>,
  wanted: { title: string; becomes: string } | null,
  shape: number[] = [2, 3, 16, 16],
): Promise<void> {
  const named = typeof files === 'string' ? { 'model.py': files } : files;
  const { diagnostics } = await trace(named, target('Net', {}, shape));
  expect(diagnostics.length).toBeGreaterThan(0);
  const fix = diagnostics[0]!.fixes?.[0];
  if (!wanted) return expect(fix).toBeUndefined();
  expect(fix?.title).toBe(wanted.title);
  const mended = applyEdits(named, fix!.edits);
  expect(Object.values(mended).join('\n')).toContain(wanted.becomes);
  expect((await trace(mended, target('Net', {}, shape))).diagnostics).toEqual([]);
}

const net = (layers: string, forward: string, before = ''): string => `${HEADER}${before}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${layers.replaceAll('\n', '\n        ')}
    def forward(self, x):
        ${forward.replaceAll('\n', '\n        ')}
`;

test('a call over several lines, with comments and a trailing comma', () =>
  check(net('self.a = nn.Conv2d(\n    4,  # channels\n    8,\n    kernel_size=3,\n)', 'return self.a(x)'), {
    title: 'Set in_channels to 3',
    becomes: '3,  # channels',
  }));

test('a missing keyword goes behind the last argument', async () => {
  const residual = (call: string): string => net(`self.a = ${call}`, 'return x + self.a(x)');
  await check(residual('nn.Conv2d(\n    3,\n    3,\n    3,  # odd\n)'), {
    title: 'Set padding to 1',
    becomes: '3, padding=1,  # odd',
  });
  await check(residual('nn.Conv2d(3, 3, (5))'), { title: 'Set padding to 2', becomes: '(5), padding=2)' });
  await check(residual('nn.Conv2d(3, 3, 3, 1, 0)'), { title: 'Set padding to 1', becomes: '3, 1, 1)' });
});

test('CRLF line ends, and letters of two UTF-16 units before the call', async () => {
  const source = net("größe = '🙂🙂'; self.a = nn.Conv2d(4, 8, 3)", 'return self.a(x)');
  await check(source.replaceAll('\n', '\r\n'), {
    title: 'Set in_channels to 3',
    becomes: 'nn.Conv2d(3, 8, 3)',
  });
  const forgotten = `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        self.a = nn.ReLU()\n    def forward(self, x):\n        return self.a(x)\n`;
  await check(forgotten.replaceAll('\n', '\r\n'), {
    title: 'Call super().__init__() first',
    becomes: '(self):\r\n        super().__init__()\r\n        self.a',
  });
});

test('a layer that a block of another file builds', () =>
  check(
    {
      'model.py': `${HEADER}from parts.blocks import Block
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
    def forward(self, x):
        return self.block(x)
`,
      'parts/blocks.py': `${HEADER}class Block(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Sequential(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(16)), nn.ReLU()))
`,
    },
    { title: 'Set num_features to 8', becomes: 'nn.BatchNorm2d(8)' },
  ));

test('a number is followed to where it is written', async () => {
  await check(
    {
      'model.py': net('self.a = nn.Conv2d(WIDTH, 8, 3)', 'return self.a(x)', 'from config import WIDTH\n'),
      'config.py': 'WIDTH = 4\n',
    },
    { title: 'Set WIDTH, the in_channels, to 3', becomes: 'WIDTH = 3\n' },
  );
  const head = `class Head(nn.Module):
    def __init__(self, inputs, outputs=8):
        super().__init__()
        self.fc = nn.Linear(inputs, 8)
        self.norm = nn.LayerNorm(outputs)
    def forward(self, x):
        return self.norm(self.fc(x.flatten(1)))
`;
  await check(net('self.head = Head(700)', 'return self.head(x)', head), {
    title: 'Set inputs, the in_features, to 768',
    becomes: 'Head(768)',
  });
  await check(net('self.head = Head(768)', 'return self.head(x)', head.replace('outputs=8', 'outputs=6')), {
    title: 'Set outputs, the normalized_shape, to 8',
    becomes: 'outputs=8',
  });
});

test('arithmetic with names, and a name whose change breaks other things, are left alone', async () => {
  await check(net('width = 4\nself.a = nn.Conv2d(width * 2, 8, 3)', 'return self.a(x)'), null);
  await check(
    net(
      'width = 4\nself.a = nn.Conv2d(width, width, 3)',
      'return self.a(x) + x.mean() * torch.ones(1, 4, 1, 1)',
    ),
    null,
  );
});

test('a block that is built several times is changed where that mends all of them', async () => {
  const block = (size: number): string => `class Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(${size}, width)
    def forward(self, x):
        return self.fc(x.flatten(1))
`;
  const heads = 'self.heads = nn.ModuleList([Head(5), Head(7)])';
  await check(net(heads, 'return [head(x) for head in self.heads]', block(700)), {
    title: 'Set in_features to 768',
    becomes: 'nn.Linear(768, width)',
  });
  await check(net(heads, 'return self.heads[0](x), self.heads[1](x[:, :1])', block(256)), null);
});

test('a flatten layer in front of the linear one of a Sequential', () =>
  check(
    net(
      'self.net = nn.Sequential(\n    nn.Conv2d(3, 4, 3),\n    nn.Linear(784, 10),\n)',
      'return self.net(x)',
    ),
    {
      title: 'Add a Flatten layer',
      becomes: 'nn.Flatten(), nn.Linear(784, 10),',
    },
  ));

test('a depthwise convolution has as many groups as channels', () =>
  check(net('self.a = nn.Conv2d(8, 24, 3, groups=8)', 'return self.a(x)'), {
    title: 'Set in_channels to 3',
    becomes: 'nn.Conv2d(3, 24, 3, groups=3)',
  }));

test('an import that is missing', () =>
  check(
    `"""A model."""\nfrom __future__ import annotations\nfrom torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return F.relu(x)\n`,
    {
      title: 'Add import torch.nn.functional as F',
      becomes: 'annotations\nimport torch.nn.functional as F\nfrom torch',
    },
  ));

test('layers in a plain list or dict that forward uses', async () => {
  await check(net('self.a = [nn.Conv2d(3, 4, 3),\n          nn.ReLU()]', 'return self.a[1](self.a[0](x))'), {
    title: 'Use nn.ModuleList',
    becomes: 'self.a = nn.ModuleList([nn.Conv2d(3, 4, 3),',
  });
  await check(net('self.a = {"one": nn.Conv2d(3, 4, 3)}', 'return self.a["one"](x)'), {
    title: 'Use nn.ModuleDict',
    becomes: 'self.a = nn.ModuleDict({"one": nn.Conv2d(3, 4, 3)})',
  });
  await check(
    net(
      'self.a = []\nfor _ in range(2):\n    self.a.append(nn.Conv2d(3, 3, 3))',
      'return self.a[1](self.a[0](x))',
    ),
    {
      title: 'Use nn.ModuleList',
      becomes: 'self.a = nn.ModuleList([])',
    },
  );
});
