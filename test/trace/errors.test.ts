/** @file What is wrong in a user's file is said at its exact place, in Python's or PyTorch's words. */
import { expect, test } from 'vitest';
import { diagnosticsText, fixture, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

async function check(
  files: string | Record<string, string>,
  wanted: string[],
  of?: Parameters<typeof trace>[1],
): Promise<void> {
  const result = await trace(files, of);
  expect(diagnosticsText(result)).toEqual(wanted);
}

const NET = (forward: string, init = 'self.conv = nn.Conv2d(3, 8, 3)'): string =>
  `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        ${init}\n    def forward(self, x):\n        ${forward}\n`;
const RUN = target('Net', {}, [2, 3, 16, 16]);

test('a syntax error', () =>
  check('import torch\nclass A(:\n    pass\n', [
    'model.py:2:8-9 syntax-error: invalid syntax [Python cannot read the file here.]',
  ]));

test('a class that is no Module', () =>
  check(
    `${HEADER}class Data:\n    pass\nclass Net(nn.Module):\n    pass\n`,
    [
      'model.py:4:0-10 not-a-module: Data is a class that is not a torch.nn.Module: it cannot be trained. [Derive it from nn.Module. This file has Net.]',
    ],
    target('Data', {}, [1]),
  ));

test('a name that the file does not have', () =>
  check(
    fixture('seed_unet.py'),
    [
      'model.py:1:0-0 unknown-model: model.py does not define UNet. [Did you mean UNET? This file has DoubleConv, UNET.]',
    ],
    target('UNet', {}, [1]),
  ));

test('a constructor argument that is missing', () =>
  check(
    fixture('seed_unet.py'),
    [
      "model.py:5:0-16 missing-argument: TypeError: DoubleConv.__init__() missing 1 required positional argument: 'out_channels' [Arguments of DoubleConv: in_channels, out_channels.]",
    ],
    target('DoubleConv', { in_channels: 3 }, [1, 3, 8, 8]),
  ));

test('an argument that the constructor does not know', () =>
  check(
    NET('return x'),
    [
      "model.py:4:0-9 unknown-argument: TypeError: Net.__init__() got an unexpected keyword argument 'chanels' [Arguments of Net: none.]",
    ],
    target('Net', { chanels: 3 }, [1]),
  ));

test("a shape mismatch at the user's expression, with the layer named", () =>
  check(
    NET('return torch.relu(self.seq(x))', 'self.seq = nn.Sequential(nn.ReLU(), nn.Conv2d(4, 8, 3))'),
    [
      'model.py:9:26-37 shape-mismatch: Given groups=1, weight of size [8, 4, 3, 3], expected input[2, 3, 16, 16] to have 4 channels, but got 3 channels instead [`Conv2d` expects 4 channels, gets 3: 3×16×16. In the layer `seq.1` (Conv2d).]',
    ],
    RUN,
  ));

test('sizes that do not broadcast, behind umlauts on the same line', () =>
  check(
    NET('grün = "äöü 🙂"; return x + x[:, :, :5]'),
    [
      'model.py:9:32-47 shape-mismatch: The size of tensor a (16) must match the size of tensor b (5) at non-singleton dimension 2 [2×3×16×16 meets 2×3×5×16.]',
    ],
    RUN,
  ));

test('CRLF line ends', () =>
  check(
    NET('return self.conv(x[:, :2])').replaceAll('\n', '\r\n'),
    [
      'model.py:9:15-34 shape-mismatch: Given groups=1, weight of size [8, 3, 3, 3], expected input[2, 2, 16, 16] to have 3 channels, but got 2 channels instead [`Conv2d` expects 3 channels, gets 2: 2×16×16. In the layer `conv` (Conv2d).]',
    ],
    RUN,
  ));

test('ops that we lack, by name', async () => {
  await check(
    NET('return torch.fft.fft(x)'),
    ['model.py:9:15-31 unsupported-op: torch.fft.fft is not supported by CNN Lab yet.'],
    RUN,
  );
  await check(
    NET('return x', 'self.head = nn.AdaptiveLogSoftmaxWithLoss(3, 4, [2])'),
    ['model.py:7:20-60 unsupported-op: torch.nn.AdaptiveLogSoftmaxWithLoss is not supported by CNN Lab yet.'],
    RUN,
  );
  await check(
    NET('return F.multilabel_margin_loss(x, x)'),
    [
      'model.py:9:15-45 unsupported-op: torch.nn.functional.multilabel_margin_loss is not supported by CNN Lab yet.',
    ],
    RUN,
  );
  await check(
    NET('return x.sinc()'),
    ['model.py:9:15-23 unsupported-op: torch.Tensor.sinc is not supported by CNN Lab yet.'],
    RUN,
  );
});

test('names that PyTorch has not', () =>
  check(
    NET('return x', 'self.conv = nn.Cov2d(3, 8, 3)'),
    [
      "model.py:7:20-28 python-error: AttributeError: module 'torch.nn' has no attribute 'Cov2d' [Did you mean torch.nn.Conv2d, torch.nn.Conv3d, torch.nn.Conv1d?]",
    ],
    RUN,
  ));

test('decisions by values', async () => {
  await check(
    NET('return x if x.sum() > 0 else -x'),
    [
      'model.py:9:20-31 value-dependent: Using a tensor as a condition needs the values of a tensor of shape [], but while tracing only shapes are known. [Decide by shapes or constructor arguments, or use torch.where, which works on values.]',
    ],
    RUN,
  );
  await check(
    NET('return x * x.mean().item()'),
    [
      'model.py:9:19-34 value-dependent: Tensor.item() needs the values of a tensor of shape [], but while tracing only shapes are known. [Decide by shapes or constructor arguments, or use torch.where, which works on values.]',
    ],
    RUN,
  );
});

test('layers in a plain list', () =>
  check(
    NET('return self.convs[0](x)', 'self.convs = [nn.Conv2d(3, 4, 3)]'),
    [
      'model.py:7:21-41 unregistered-modules: self.convs is a plain list, which PyTorch does not look into: the parameters of its layers are used, and model.state_dict() does not hold them: they would not train. [Keep layers as attributes of the module, or in nn.ModuleList, nn.ModuleDict or nn.Sequential.]',
    ],
    RUN,
  ));

test("exceptions of the user's own code", () =>
  check(NET('return {}["missing"]'), ["model.py:9:15-28 python-error: KeyError: 'missing'"], RUN));

test('a file that fails while it is imported still names what it defined', async () => {
  const result = await trace(`${NET('return x')}print(undefined_name)\n`);
  expect(diagnosticsText(result)).toEqual([
    "model.py:10:6-20 unknown-name: NameError: name 'undefined_name' is not defined",
  ]);
  expect(result.candidates.map(({ name }) => name)).toEqual(['Net']);
});

test('packages that are not there are inert until a model needs them', async () => {
  const imports =
    'import numpy as np\nimport matplotlib.pyplot as plt\nfrom tqdm import tqdm\nfrom kornia.filters import sobel\nfrom PIL import Image\nimport cv2\n';
  await check(`${imports}plt.figure(figsize=(3, 4))\n${NET('return x')}`, [], RUN);
  await check(
    imports + NET('return sobel(x)'),
    [
      'model.py:15:15-23 unsupported-op: kornia.filters.sobel is not available while tracing. [kornia is not installed in a Python environment of this workspace: .venv, venv and the one chosen for Python are read.]',
    ],
    RUN,
  );
});

const NET_OF = 'class Net(nn.Module):\n    def forward(self, x):\n        return ';

test('forward of an autograd.Function is traced, and a warning says that its backward is not used', async () => {
  const swish = `${HEADER}class Swish(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        ctx.save_for_backward(x)\n        return x * torch.sigmoid(x)\n    @staticmethod\n    def backward(ctx, gradient):\n        return gradient\n`;
  const result = await trace(`${swish}${NET_OF}Swish.apply(x)\n`, RUN);
  expect(diagnosticsText(result)).toEqual([
    expect.stringMatching(
      /^model\.py:14:15-29 custom-gradient: Swish has a backward of its own, which is not used/,
    ),
  ]);
  expect(result.models[0]!.graphs[0]!.graph.nodes.map(({ op }) => op)).toEqual(['sigmoid', 'mul']);
});

test('a download is refused where it is asked for', async () => {
  const text = `${HEADER}from torch.hub import load_state_dict_from_url\n${NET_OF}x\nload_state_dict_from_url("https://example.org/a.pth")\n`;
  expect(diagnosticsText(await trace(text, RUN))).toEqual([
    expect.stringMatching(
      /^model\.py:8:0-53 unsupported-op: Nothing is downloaded while tracing: https:\/\/example\.org\/a\.pth/,
    ),
  ]);
});

test.each([
  ['"b c (h p) w -> b c h p w", p=3', "Shape mismatch, can't divide axis of length 16 in chunks of 3."],
  ['"b c h -> b h c"', 'Wrong shape: expected 3 dims. Received 4-dim tensor.'],
  ['"b c (h i) w -> b c h i w"', 'Could not infer sizes for h, i.'],
  ['"b c h w -> b c (h w)", d=2', 'Axis d is not used in transform.'],
  ['"b c h w -> b c h"', 'Identifiers only on one side of expression (should be on both): w.'],
  ['"b c (h w -> b c h w"', 'Imbalanced parentheses in expression: "b c (h w".'],
])('einops.rearrange(x, %s)', async (pattern, reason) => {
  const result = await trace(`from einops import rearrange\n${NET(`return rearrange(x, ${pattern})`)}`, RUN);
  expect(result.diagnostics).toMatchObject([{ code: 'shape-mismatch', line: 10, column: 15 }]);
  expect(result.diagnostics[0]!.message).toContain('Input tensor shape: [2, 3, 16, 16]');
  expect(result.diagnostics[0]!.message.endsWith(reason)).toBe(true);
});

test('a pattern that no shape can fit is refused where the layer is built', async () => {
  const layer = NET('return self.layer(x)', 'self.layer = Rearrange("b c h w -> b c h")');
  const result = await trace(`from einops.layers.torch import Rearrange\n${layer}`, RUN);
  expect(result.diagnostics).toMatchObject([{ code: 'shape-mismatch', line: 8, column: 21 }]);
});

test.each([
  ['x.nonzero()', 'torch.nonzero'],
  ['x[x > 0]', 'Boolean mask indexing'],
  ['torch.unique(x)', 'torch.unique'],
  ['torch.masked_select(x, x > 0)', 'torch.masked_select'],
  ['max(x.flatten())', 'Using a tensor as a condition'],
  ['x[: int(x.sum())]', 'int(tensor)'],
  ['torch.where(x > 0)', 'torch.where(condition)'],
])('%s depends on numbers: refused at its line, with what to do', async (expression, what) => {
  const { diagnostics } = await trace(NET(`return ${expression}`), RUN);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({ line: 9, code: 'value-dependent' });
  expect(diagnostics[0]!.message).toContain(`${what} needs the values of a tensor of shape`);
  expect(diagnostics[0]!.hint).toMatch(/torch\.where|outside of the model/);
});
