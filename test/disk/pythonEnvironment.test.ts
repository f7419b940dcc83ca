/** @file Where Python's packages are, by the folders that environments are made of. */
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPythonEnvironment } from '../../src/disk/pythonEnvironment';
import { temporaryFolder, writeFiles } from './temporaryFolder';

const SITE = 'lib/python3.11/site-packages';

/** The environment's name and its folders relative to `root`. */
async function found(root: string, file: string, chosen: string | null = null, top: string | null = root) {
  const environment = await findPythonEnvironment({ file: join(root, file), top, chosen });
  return (
    environment && [environment.name, ...environment.folders.map((each) => each.replace(`${root}/`, ''))]
  );
}

test.each(['.venv', 'venv', 'env'])('%s beside the file or above it, up to the workspace', async (name) => {
  const root = temporaryFolder();
  writeFiles(root, { [`${name}/pyvenv.cfg`]: 'home = /usr/bin', [`${name}/${SITE}/six.py`]: '' });
  mkdirSync(join(root, name, 'lib/python3.9/site-packages'), { recursive: true });
  const folders = [name, `${name}/${SITE}`, `${name}/lib/python3.9/site-packages`];
  expect(await found(root, 'net.py')).toEqual(folders);
  expect(await found(root, 'a/b/net.py')).toEqual(folders);
  expect(await found(root, 'a/b/net.py', null, join(root, 'a'))).toBe(null);
});

test('a folder that is only named like one is none', async () => {
  const root = temporaryFolder();
  writeFiles(root, { [`env/${SITE}/six.py`]: '' });
  expect(await found(root, 'net.py')).toBe(null);
});

test('as Windows lays it out, and lib64 as a link to lib', async () => {
  const root = temporaryFolder();
  writeFiles(root, { '.venv/pyvenv.cfg': '', '.venv/Lib/site-packages/six.py': '' });
  expect(await found(root, 'net.py')).toEqual(['.venv', '.venv/Lib/site-packages']);
  const other = temporaryFolder();
  writeFiles(other, { '.venv/pyvenv.cfg': '', [`.venv/${SITE}/six.py`]: '' });
  symlinkSync('lib', join(other, '.venv/lib64'));
  expect(await found(other, 'net.py')).toEqual(['.venv', `.venv/${SITE}`]);
});

test('a chosen environment comes before .venv, a chosen system Python after it', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'work/.venv/pyvenv.cfg': '',
    [`work/.venv/${SITE}/six.py`]: '',
    [`conda/envs/vision/${SITE}/six.py`]: '',
    'conda/envs/vision/conda-meta/history': '',
    'conda/envs/vision/bin/python': '',
    'usr/lib/python3/dist-packages/six.py': '',
    'usr/bin/python3': '',
  });
  const vision = ['vision', `conda/envs/vision/${SITE}`];
  expect(await found(root, 'work/net.py', join(root, 'conda/envs/vision/bin/python'))).toEqual(vision);
  expect(await found(root, 'work/net.py', join(root, 'conda/envs/vision'))).toEqual(vision);
  const system = join(root, 'usr/bin/python3');
  expect(await found(root, 'work/net.py', system)).toEqual(['.venv', `work/.venv/${SITE}`]);
  expect(await found(root, 'other/net.py', system, join(root, 'other'))).toEqual([
    'usr',
    'usr/lib/python3/dist-packages',
  ]);
  expect(await found(root, 'other/net.py', join(root, 'gone/bin/python'), join(root, 'other'))).toBe(null);
});

test('the system’s packages too where pyvenv.cfg says so', async () => {
  const root = temporaryFolder();
  const configuration = `home = ${join(root, 'usr/bin')}\ninclude-system-site-packages = true\n`;
  writeFiles(root, {
    '.venv/pyvenv.cfg': configuration,
    [`.venv/${SITE}/six.py`]: '',
    'usr/lib/python3/dist-packages/six.py': '',
  });
  expect(await found(root, 'net.py')).toEqual(['.venv', `.venv/${SITE}`, 'usr/lib/python3/dist-packages']);
});

test('lines of .pth files that are folders, but for the workspace’s own', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'work/.venv/pyvenv.cfg': '',
    [`work/.venv/${SITE}/links.pth`]: [
      '# a comment',
      join(root, 'checkout'),
      '../../../src/timm',
      join(root, 'work/src'),
      join(root, 'gone'),
      'import sys; sys.exit()',
    ].join('\r\n'),
    'checkout/a.py': '',
    'work/.venv/src/timm/b.py': '',
    'work/src/c.py': '',
  });
  expect(await found(root, 'work/net.py', null, join(root, 'work'))).toEqual([
    '.venv',
    `work/.venv/${SITE}`,
    'checkout',
    'work/.venv/src/timm',
  ]);
});

test('an installation changes the stamp', async () => {
  const root = temporaryFolder();
  writeFiles(root, { '.venv/pyvenv.cfg': '', [`.venv/${SITE}/six.py`]: '' });
  const stamp = async () =>
    (await findPythonEnvironment({ file: join(root, 'net.py'), top: root, chosen: null }))?.stamp;
  const before = await stamp();
  expect(await stamp()).toBe(before);
  utimesSync(join(root, '.venv', SITE), new Date(), new Date(Date.now() + 5000));
  expect(await stamp()).not.toBe(before);
});
