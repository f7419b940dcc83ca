/** @file `cnnlab trace` with packages of the Python environment that the model file lies in, or that the shell activated. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { inRepository } from '../../src/build/repository.mjs';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';
import { HEADER } from '../trace/tracing';
import { startCommands } from './commandLine';

const { trace } = startCommands();
const venv = inRepository('test', 'host', 'workspace', '.venv');
const NET = `${HEADER}import tinylayers\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.block = tinylayers.create("conv_block", channels=4)\n    def forward(self, x):\n        return self.block(x)\n`;

beforeEach(() => {
  vi.stubEnv('VIRTUAL_ENV', '');
  vi.stubEnv('CONDA_PREFIX', '');
});

test('.venv above the file', async () => {
  const folder = temporaryFolder();
  cpSync(venv, join(folder, '.venv'), { recursive: true });
  writeFiles(folder, { 'models/net.py': NET });
  const { code, text } = await trace(join(folder, 'models/net.py'), { input: '1x3x8x8' });
  expect(text).toMatch(/^Net {2}1×3×8×8 → 1×4×8×8$/m);
  expect(code).toBe(0);
});

test('an activated environment; without one the package is named, and what would have been read', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'net.py': NET });
  const without = await trace(join(folder, 'net.py'), { input: '1x3x8x8' });
  expect(without.code).toBe(1);
  expect(without.text).toMatch(
    /net\.py:10:16: error: tinylayers\.create\(\) is not available while tracing\./,
  );
  expect(without.text).toMatch(
    /tinylayers is not installed in a Python environment of this workspace: \.venv, venv/,
  );
  vi.stubEnv('VIRTUAL_ENV', venv);
  const activated = await trace(join(folder, 'net.py'), { input: '1x3x8x8' });
  expect(activated.text).toMatch(/^Net {2}1×3×8×8 → 1×4×8×8$/m);
});
