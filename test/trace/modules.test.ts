/** @file Of what a traced model is made: every module once, the expression that built it, its hyperparameters. */
import { expect, test } from 'vitest';
import type { ModuleInfo, SourceRange } from '../../src/core/graph/tracedModel';
import { diagnosticsText, fixture, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

async function modulesOf(
  files: string | Record<string, string>,
  ...of: Parameters<typeof target>
): Promise<readonly ModuleInfo[]> {
  const result = await trace(files, target(...of));
  expect(diagnosticsText(result)).toEqual([]);
  return result.models[0]!.modules;
}

function textAt(
  files: Record<string, string>,
  { file, line, column, endLine, endColumn }: SourceRange,
): string {
  const lines = files[file]!.split('\n').slice(line - 1, endLine);
  lines.push(lines.pop()!.slice(0, endColumn));
  return [lines[0]!.slice(column), ...lines.slice(1)].join('\n');
}

/** `path Class: expression` a module. */
async function check(files: Record<string, string>, wanted: string[]): Promise<void> {
  const modules = await modulesOf(files, 'Net', {}, [1, 3, 8, 8]);
  expect(
    modules.map(
      ({ path, class: name, construction, aliases }) =>
        `${path} ${name}: ${construction && textAt(files, construction)}${aliases.length > 0 ? ` = ${aliases}` : ''}`,
    ),
  ).toEqual(wanted);
}

test('each module is built by the expression that called its class, wherever that stands', () =>
  check(
    {
      'model.py': `${HEADER}from parts import Block, make
from functools import partial
class Wide(nn.Conv2d):
    def __init__(self, width):
        super().__init__(3, width, 1)
class Net(nn.Module):
    def __init__(self, norm=partial(nn.BatchNorm2d, eps=1e-3)):
        super().__init__()
        grün = '🙂'; self.wide = Wide(
            4)
        self.norm = norm(4)
        self.blocks = nn.ModuleList([Block(4) for _ in range(2)])
        self.act = make()
        self.tail = nn.Sequential(self.norm, nn.Flatten(), self.act)
    def forward(self, x):
        for block in self.blocks:
            x = block(self.wide(x)[:, :3])
        return self.tail(self.wide(x))
`,
      'parts.py': `${HEADER}import copy
class Block(nn.Sequential):
    def __init__(self, width):
        super().__init__(nn.Conv2d(3, width, 3, padding='same'))
        self.append(copy.deepcopy(nn.ReLU()))
    def forward(self, x):
        return self[0](x)[:, :3]
def make():
    return nn.ReLU()
`,
    },
    [
      ' Net: null',
      'wide Wide: Wide(\n            4)',
      'norm BatchNorm2d: norm(4) = tail.0',
      'blocks ModuleList: nn.ModuleList([Block(4) for _ in range(2)])',
      'blocks.0 Block: Block(4)',
      "blocks.0.0 Conv2d: nn.Conv2d(3, width, 3, padding='same')",
      'blocks.0.1 ReLU: null',
      'blocks.1 Block: Block(4)',
      "blocks.1.0 Conv2d: nn.Conv2d(3, width, 3, padding='same')",
      'blocks.1.1 ReLU: null',
      'act ReLU: nn.ReLU() = tail.2',
      'tail Sequential: nn.Sequential(self.norm, nn.Flatten(), self.act)',
      'tail.1 Flatten: nn.Flatten()',
    ],
  ));

test('hyperparameters are those of the layer, and of classes derived from it', async () => {
  const source = `${HEADER}class Wide(nn.Conv2d):
    pass
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 4
        self.conv = Wide(3, 4, 3, padding=1, bias=False)
        self.pool = nn.MaxPool2d(2)
        self.norm = nn.LayerNorm([2, 2])
        self.act = nn.LeakyReLU(0.1)
    def forward(self, x):
        return self.act(self.norm(self.pool(self.conv(x))))
`;
  const modules = await modulesOf(source, 'Net', {}, [1, 3, 4, 4]);
  expect(Object.fromEntries(modules.map(({ path, hyperparameters }) => [path, hyperparameters]))).toEqual({
    '': {},
    conv: {
      in_channels: 3,
      out_channels: 4,
      kernel_size: [3, 3],
      stride: [1, 1],
      padding: [1, 1],
      dilation: [1, 1],
      transposed: false,
      output_padding: [0, 0],
      groups: 1,
      padding_mode: 'zeros',
    },
    pool: { kernel_size: 2, stride: null, padding: 0, dilation: 1, return_indices: false, ceil_mode: false },
    norm: { normalized_shape: [2, 2], eps: 1e-5, elementwise_affine: true },
    act: { negative_slope: 0.1, inplace: false },
  });
  expect(modules.map(({ isLibrary }) => isLibrary)).toEqual([false, false, true, true, true]);
});

test('an interrupted call has the modules too', async () => {
  const source = `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
    def forward(self, x):
        return self.fc(x)
`;
  const { interrupted } = await trace(source, target('Net', {}, [2, 5]));
  expect(interrupted!.map(({ model, modules }) => [model, modules.map(({ path }) => path)])).toEqual([
    ['Net', ['', 'fc']],
  ]);
});

test("the seed's U-Net", async () => {
  const modules = await modulesOf(fixture('seed_unet.py'), 'UNET', {}, [1, 3, 32, 32]);
  expect(modules.filter(({ construction }) => construction === null).map(({ path }) => path)).toEqual(['']);
  expect(new Set(modules.map(({ path }) => path)).size).toBe(modules.length);
});
