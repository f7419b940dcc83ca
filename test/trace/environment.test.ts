/** @file Packages of a Python environment: what is read from it, what is kept, and what cannot be had from it. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inRepository } from '../../src/build/repository.mjs';
import type { PythonEnvironment } from '../../src/core/graph/tracedModel';
import { findPythonEnvironment } from '../../src/disk/pythonEnvironment';
import { temporaryFolder } from '../disk/temporaryFolder';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { client } = startTracing();
const workspace = inRepository('test', 'host', 'workspace');
const RUN = target('Net', {}, [1, 3, 8, 8]);

async function environmentOf(folder: string): Promise<PythonEnvironment> {
  const found = await findPythonEnvironment({ file: join(folder, 'net.py'), top: folder, chosen: null });
  return found!;
}
const committed = await environmentOf(workspace);

/** A model whose one layer is made by `expression`. */
function net(imports: string, expression: string): string {
  return `${HEADER}${imports}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = ${expression}\n    def forward(self, x):\n        return self.layer(x)\n`;
}

async function trace(text: string, environment: PythonEnvironment | undefined = committed) {
  const importing: string[][] = [];
  const result = await client.trace(
    { files: { 'net.py': text }, entry: 'net.py', target: RUN, environment },
    { timeoutMs: 10_000, onImporting: (names) => importing.push([...(names ?? [])]) },
  );
  const output = result.models[0]?.graphs[0]?.output;
  return { diagnostics: diagnosticsText(result), output, importing, result };
}

test('a package is imported once and then kept, a lazily imported part too', async () => {
  const text = net('import tinylayers', 'tinylayers.create("conv_block", channels=5)');
  const first = await trace(text);
  expect(first.diagnostics).toEqual([]);
  expect(first.output).toEqual({ shape: [1, 5, 8, 8], dtype: 'float32' });
  expect(first.importing).toEqual([['tinylayers'], [], ['tinylayers.late'], []]);
  const { state, graphs } = first.result.models[0]!;
  expect(state.map(({ name }) => name).slice(0, 2)).toEqual(['layer.0.weight', 'layer.0.bias']);
  expect(graphs[0]!.frames[0]).toMatchObject({ file: 'net.py', line: 10 });
  const second = await trace(text);
  expect([second.diagnostics, second.importing]).toEqual([[], []]);
});

test('registries are put back after each trace; what a file changes is gone at the next', async () => {
  const registers =
    'import tinylayers\n@tinylayers.register\ndef mine():\n    return nn.ReLU()\ntinylayers.ConvBlock.forward = None\ntinylayers.create = len\n';
  const makesMine = net(registers, 'tinylayers.blocks.create("mine")');
  expect((await trace(makesMine)).diagnostics).toEqual([]);
  expect((await trace(makesMine)).diagnostics).toEqual([]);
  const after = await trace(net('import tinylayers', 'tinylayers.create("mine")'));
  expect(after.diagnostics).toEqual([expect.stringMatching(/python-error: KeyError: 'mine'/)]);
  expect((await trace(net('import tinylayers', 'tinylayers.ConvBlock(3, 2)'))).diagnostics).toEqual([]);
});

test('a tensor of the package stands on the tape of each trace anew', async () => {
  const text = net('from tinylayers.blocks import OFFSET', 'lambda x: x + OFFSET');
  for (let time = 0; time < 2; time++)
    expect((await trace(text)).diagnostics).toEqual([
      expect.stringMatching(/unregistered-tensor: A tensor of shape \[1\]/),
    ]);
});

test('versions and optional dependencies', async () => {
  const text = net(
    'import importlib.metadata, importlib.util\nfrom tinylayers import __version__, HAS_ACCELERATOR\nassert (__version__, HAS_ACCELERATOR) == ("1.2.3", False)\nassert importlib.metadata.version("Tiny.Layers") == "1.2.3"\nassert importlib.util.find_spec("tinylayers") and not importlib.util.find_spec("absent_accelerator")',
    'nn.ReLU()',
  );
  expect((await trace(text)).diagnostics).toEqual([]);
});

test('a folder that a .pth file names', async () => {
  expect((await trace(net('from drafts import Draft', 'Draft(3, 4, 1)'))).output).toEqual({
    shape: [1, 4, 8, 8],
    dtype: 'float32',
  });
});

test.each([
  ['halfcompiled', 'ImportError: halfcompiled._kernels is compiled'],
  ['fastmath', 'fastmath is compiled'],
  ['broken', 'ValueError: this release needs another Python \\(broken/__init__.py, line 1\\)'],
])('%s becomes a stub that says why, where it matters', async (name, reason) => {
  const { diagnostics } = await trace(net(`from ${name} import blur`, 'blur'));
  expect(diagnostics).toEqual([
    expect.stringMatching(
      new RegExp(`^net.py:10:15-28 unsupported-op: ${name}.blur is not available .*${reason}`),
    ),
  ]);
  const guarded = net(
    `try:\n    import ${name}\nexcept ImportError:\n    ${name} = None\nassert ${name} is None`,
    'nn.ReLU()',
  );
  expect((await trace(guarded)).diagnostics).toEqual([]);
});

test('a file of the workspace comes before a package of its name', async () => {
  const files = {
    'net.py': net('from tinylayers import Own', 'Own()'),
    'tinylayers.py': `${HEADER}class Own(nn.ReLU):\n    pass\n`,
  };
  const result = await client.trace({ files, entry: 'net.py', target: RUN, environment: committed });
  expect(diagnosticsText(result)).toEqual([]);
});

test('a file that changes torch first still gets its packages, from a Python that nothing changed', async () => {
  const spoiling = net(
    'nn.Conv2d.forward = lambda self, x: x[:, :1]\nimport tinylayers',
    'tinylayers.ConvBlock(3, 1)',
  );
  const spoiled = await trace(spoiling);
  expect(spoiled.diagnostics).toEqual([]);
  const clean = await trace(net('import tinylayers', 'tinylayers.ConvBlock(3, 4)'));
  expect(clean.output).toEqual({ shape: [1, 4, 8, 8], dtype: 'float32' });
});

test('after an installation the new package is there, and the old one gone with its environment', async () => {
  const folder = temporaryFolder();
  cpSync(join(workspace, '.venv'), join(folder, '.venv'), { recursive: true });
  const site = join(folder, '.venv/lib/python3.12/site-packages');
  const text = net('import tinylayers, newcomer', 'newcomer.Layer()');
  expect((await trace(text, await environmentOf(folder))).diagnostics[0]).toMatch(
    /newcomer is not installed/,
  );
  rmSync(join(site, 'tinylayers/late.py'));
  writeFileSync(join(site, 'newcomer.py'), 'from torch import nn\nclass Layer(nn.ReLU):\n    pass\n');
  expect((await trace(text, await environmentOf(folder))).diagnostics).toEqual([]);
});

test('an absent package says where it was looked for', async () => {
  const text = net('import absent_layers', 'absent_layers.Block()');
  const hint = (environment?: PythonEnvironment) =>
    trace(text, environment).then(({ diagnostics }) => diagnostics[0]);
  expect(await hint()).toMatch(/\[absent_layers is not installed in \.venv\.\]$/);
  const { diagnostics } = await client
    .trace({ files: { 'net.py': text }, entry: 'net.py', target: RUN })
    .then((result) => ({ diagnostics: diagnosticsText(result) }));
  expect(diagnostics[0]).toMatch(
    /\[absent_layers is not installed in a Python environment of this workspace: \.venv, /,
  );
});
