/** @file `cnnlab trace`: the object it prints, how it finds models, and what it says of files that cannot be traced. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';
import { fixture, HEADER } from '../trace/tracing';
import { cnnlab, startCommands } from './commandLine';

const { trace } = startCommands();
const NET = `${HEADER}class Net(nn.Module):\n    def __init__(self, size=3):\n        super().__init__()\n        self.fc = nn.Linear(size, 2)\n    def forward(self, x):\n        return self.fc(x)\n`;

test('the seed U-Net as one JSON object, from a shell in a folder with a space and an umlaut', async () => {
  const folder = join(temporaryFolder(), 'Zellen für U-Net');
  writeFiles(folder, { 'modèles/seed_unet.py': fixture('seed_unet.py') });
  const args = ['--args', '{"in_channels":1,"out_channels":1}', '--input', '3x1x161x161', '--json'];
  const { code, stdout, stderr } = await cnnlab(folder, 'trace', 'modèles/seed_unet.py:UNET', ...args);
  expect([code, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout);
  const keys = 'model,file,inputs,outputs,parameters,trainable,macs,ops,calls,stateDict,diagnostics';
  expect(Object.keys(report).join()).toBe(keys);
  expect(report).toMatchObject({
    model: 'UNET',
    file: 'modèles/seed_unet.py',
    inputs: [{ shape: [3, 1, 161, 161], dtype: 'float32' }],
    outputs: [{ shape: [3, 1, 161, 161], dtype: 'float32' }],
    parameters: 31_036_481,
    trainable: 31_036_481,
    diagnostics: [],
  });
  expect(report.stateDict).toHaveLength(118);
  expect(report.stateDict[0]).toEqual({ name: 'ups.0.weight', shape: [1024, 512, 2, 2], dtype: 'float32' });
  expect(report.stateDict.at(-1)).toEqual({ name: 'final_conv.bias', shape: [1], dtype: 'float32' });
  expect(report.ops[0]).toEqual({ op: 'conv2d', line: 18, shape: [3, 64, 161, 161] });
  expect(report.ops.filter(({ line }: { line: number }) => line === 62)).toEqual([
    { op: 'interpolate', line: 62, shape: [3, 64, 161, 161] },
  ]);
  expect(report.calls.filter(({ line }: { line: number }) => line === 50)[1]).toEqual({
    name: 'downs.1',
    class: 'DoubleConv',
    line: 50,
    inputs: [[3, 64, 80, 80]],
    outputs: [[3, 128, 80, 80]],
  });
});

test('as text, with the arguments and the input of the file’s own test', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'seed_unet.py': fixture('seed_unet.py') });
  const { code, text } = await trace(join(folder, 'seed_unet.py'));
  expect(code).toBe(0);
  const lines = text.split('\n');
  expect(lines[0]).toBe('UNET  3×1×161×161 → 3×1×161×161');
  expect(lines.some((line) => /^\s+52\s+pool\s+MaxPool2d\s+3×64×80×80$/.test(line))).toBe(true);
  expect(lines.at(-1)).toMatch(
    /^31,036,481 parameters \(31,036,481 trainable\), [\d,]+ multiply–accumulates$/,
  );
});

test('the object comes with exit code 1 where a diagnostic is an error, and a loop is stopped at its line', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'endless.py': `${HEADER}n = 0\nwhile True:\n    n += 1\n` });
  const { code, stdout } = await cnnlab(folder, 'trace', 'endless.py:Net', '--json');
  expect(code).toBe(1);
  const { model, ops, diagnostics } = JSON.parse(stdout);
  expect([model, ops]).toEqual(['Net', []]);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({ severity: 'error', message: expect.stringMatching(/^Stopped: /) });
  expect([5, 6]).toContain(diagnostics[0].line);
});

/** Traces the first file (with NAME, if any) and expects these lines, the folder taken out of them. */
async function check(
  files: Record<string, string>,
  { name = '', ...options }: { name?: string; args?: string; input?: string },
  code: number,
  text: string | RegExp,
): Promise<void> {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  const told = await trace(join(folder, Object.keys(files)[0]!) + (name ? `:${name}` : ''), options);
  const relative = told.text.replaceAll(/\S*cnn-lab-[^/\\]+[/\\]/g, '');
  if (typeof text === 'string') expect(relative).toBe(text);
  else expect(relative).toMatch(text);
  expect(told.code).toBe(code);
}

const TWO = `${NET}class Other(Net):\n    pass\n`;

test('no NAME: two models are named', () =>
  check(
    { 'two.py': TWO },
    {},
    1,
    'two.py:1:1: error: two.py defines 2 models: Net, Other.\n  Name one, as in two.py:Net.',
  ));

test('an unknown NAME', () =>
  check(
    { 'two.py': TWO },
    { name: 'Nat' },
    1,
    /^two\.py:1:1: error: two\.py does not define Nat\.\n {2}.*Net, Other/,
  ));

test('a function that returns a Module', () =>
  check(
    { 'net.py': `${NET}def wide(size=8):\n    return Net(size)\n` },
    { name: 'wide', input: '5x8' },
    0,
    /^wide {2}5×8 → 5×2\n/,
  ));

test('a class that is no Module', () =>
  check(
    { 'net.py': `${NET}class Plain:\n    pass\n` },
    { name: 'Plain' },
    1,
    /^net\.py:10:1: error: Plain is a class that is not a torch\.nn\.Module/,
  ));

test('a file without a model', () =>
  check(
    { 'none.py': 'x = 1\n' },
    {},
    1,
    'none.py:1:1: error: none.py defines no torch.nn.Module class and no function that returns one.',
  ));

test('a constructor argument that is missing', () =>
  check(
    { 'net.py': NET.replace('size=3', 'size') },
    { name: 'Net', input: '1x3' },
    1,
    /^net\.py:4:1: error: TypeError: Net\.__init__\(\) missing 1 required positional argument: 'size'\n {2}Arguments of Net: size\./,
  ));

test('a syntax error', () =>
  check(
    { 'net.py': NET.replace('forward(self, x):', 'forward(self, x)') },
    { name: 'Net' },
    1,
    /^net\.py:8:25: error: expected ':'/,
  ));

test('a syntax error in a file that is imported is told of that file', () =>
  check(
    { 'net.py': `from parts import Part\n${NET}`, 'parts.py': 'class Part\n' },
    { name: 'Net', input: '1x3' },
    1,
    /^parts\.py:1:11: error: expected ':'/m,
  ));

test('a shape mismatch, at its line and in PyTorch’s words', () =>
  check(
    { 'net.py': NET },
    { name: 'Net', input: '5x4' },
    1,
    /^net\.py:9:16: error: mat1 and mat2 shapes cannot be multiplied \(5x4 and 3x2\)/,
  ));

test('an op that we lack', () =>
  check(
    { 'net.py': NET.replace('self.fc(x)', 'torch.lobpcg(x)[0]') },
    { name: 'Net', input: '5x4' },
    1,
    /^net\.py:9:16: error: torch\.lobpcg is not supported by CNN Lab yet/,
  ));

test('no input shape is known', () =>
  check({ 'net.py': NET }, { name: 'Net' }, 1, /^net\.py:4:1: error: No input shape is known for Net\./));

test('a file inside a package is imported as its member', () =>
  check(
    {
      'work/nets/net.py': `from .parts import SIZE\nfrom work import BIAS\n${NET.replace('size, 2', 'SIZE, 2, BIAS')}`,
      'work/nets/__init__.py': '',
      'work/nets/parts.py': 'SIZE = 7\n',
      'work/__init__.py': 'BIAS = False\n',
    },
    { name: 'Net', input: '1x7' },
    0,
    /14 parameters/,
  ));

test('packages of the workspace win over our stand-ins, torch aside', () =>
  check(
    {
      'net.py': `import timm\nfrom torchvision.mine import WIDTH\n${NET.replace('size, 2', 'size, WIDTH + timm.MORE')}`,
      'torchvision/__init__.py': '',
      'torchvision/mine.py': 'WIDTH = 4\n',
      'timm/__init__.py': 'MORE = 1\n',
      'torch/__init__.py': 'raise RuntimeError("this is not PyTorch")\n',
    },
    { name: 'Net', input: '1x3' },
    0,
    /^Net {2}1×3 → 1×5/,
  ));

test('a file that does not exist is a diagnostic too', () =>
  check(
    { 'net.py': NET },
    { name: 'x.py:Net' },
    1,
    /^net\.py:x\.py:1:1: error: cannot read the model file .*: it does not exist/,
  ));
