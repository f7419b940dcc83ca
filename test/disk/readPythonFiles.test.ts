import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPythonFiles } from '../../src/disk/readPythonFiles';
import { temporaryFolder, writeFiles } from './temporaryFolder';

test('everything the model may import, and nothing else', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'models/unet.py': 'import blocks',
    'models/blocks.py': '',
    'shared/layers.py': '',
    'venv/lib/x.py': '',
    'my-env/pyvenv.cfg': '',
    'my-env/lib/y.py': '',
    'node_modules/z.py': '',
    '.hidden/h.py': '',
    'big.py': '#'.repeat(1024 * 1024 + 1),
    'notes.txt': '',
  });
  const read = await readPythonFiles(root, 'models/unet.py');
  expect(read).toEqual({
    ok: {
      files: { 'models/unet.py': 'import blocks', 'models/blocks.py': '', 'shared/layers.py': '' },
      entry: 'models/unet.py',
      root,
    },
  });
});

test('a file of a package outside the folder starts above its outermost package', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'a/pkg/__init__.py': '',
    'a/pkg/sub/__init__.py': '',
    'a/pkg/sub/net.py': 'x',
    'other.py': '',
  });
  const read = await readPythonFiles(null, join(root, 'a/pkg/sub/net.py'));
  expect(read).toMatchObject({ ok: { entry: 'pkg/sub/net.py', root: join(root, 'a') } });
  expect('ok' in read && Object.keys(read.ok.files).sort()).toEqual([
    'pkg/__init__.py',
    'pkg/sub/__init__.py',
    'pkg/sub/net.py',
  ]);
});

test('a file that is not there', async () => {
  const read = await readPythonFiles(temporaryFolder(), 'unet.py');
  expect(read).toMatchObject({
    error: expect.stringMatching(/cannot read the model file .*unet\.py: it does not exist/),
  });
});
