/** @file What the worker reads of an environment's packages for the sandbox, and what it never opens. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EnvironmentReader } from '../../src/trace/environmentReader';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';

function readerOf(...packages: Record<string, string>[]): EnvironmentReader {
  const folder = temporaryFolder();
  const folders = packages.map((files, index) => {
    writeFiles(join(folder, `site${index}`), files);
    return join(folder, `site${index}`);
  });
  writeFiles(folder, { 'secret.py': 'SECRET = 1' });
  return new EnvironmentReader({ name: '.venv', folders, stamp: '' });
}

test('offers modules and packages by name, the compiled ones apart, and the versions of distributions', () => {
  const reader = readerOf(
    {
      'timm/__init__.py': '',
      'six.py': '',
      'google/protobuf/__init__.py': '',
      'numpy/__init__.py': '',
      '_cffi.cpython-311-x86_64-linux-gnu.so': '',
      'torch/__init__.py': '',
      '__pycache__/six.pyc': '',
      'Segmentation_Models.Pytorch-0.5.0.dist-info/METADATA': '',
      'PyYAML-6.0-py3.11.egg-info': '',
      'bin-tools/x.py': '',
    },
    { 'six.py': '', 'extra.py': '' },
  );
  const { offered, compiled, versions } = reader.offer;
  expect([...offered].sort()).toEqual(['extra', 'google', 'six', 'timm']);
  expect([...compiled].sort()).toEqual(['_cffi', 'numpy']);
  expect(versions).toEqual({ segmentation_models_pytorch: '0.5.0', pyyaml: '6.0' });
});

test('sources of a module come with all that it may import, once', () => {
  const reader = readerOf({
    'nets/__init__.py': 'from .blocks import conv, pool\nimport six, torch, numpy',
    'nets/blocks/__init__.py': 'from ..shared import *\nfrom . import conv',
    'nets/blocks/conv.py': '',
    'nets/blocks/_fast.cpython-312-darwin.so': '',
    'nets/blocks/unused.py': '',
    'nets/shared.py': 'import importlib',
    'nets/data/table.csv': '',
    'six.py': '',
  });
  const first = reader.read(['nets']);
  expect(Object.keys(first.files).sort()).toEqual([
    'nets/__init__.py',
    'nets/blocks/__init__.py',
    'nets/blocks/conv.py',
    'nets/shared.py',
    'six.py',
  ]);
  expect(reader.read(['nets.blocks.unused', 'nets.blocks._fast', 'nets.data', 'nets.gone', 'six'])).toEqual({
    files: { 'nets/blocks/unused.py': '' },
    folders: ['nets/data'],
    compiled: ['nets.blocks._fast'],
    absent: ['nets.gone'],
  });
});

test.each([
  '..',
  '..secret',
  '...secret',
  '../secret',
  'six/../../secret',
  '/etc/passwd',
  'six\0',
  'secret',
  '',
])('no name leads out of the folders: %j', (name) => {
  const reader = readerOf({ 'six.py': '' });
  expect(reader.read([name])).toEqual({ files: {}, folders: [], compiled: [], absent: [name] });
});

test('packages that are links are read, as package managers link to a cache', () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'cache/nets/__init__.py': 'A = 1', 'site/six.py': '' });
  symlinkSync(join(folder, 'cache/nets'), join(folder, 'site/nets'));
  const reader = new EnvironmentReader({ name: '.venv', folders: [join(folder, 'site')], stamp: '' });
  expect(reader.read(['nets']).files).toEqual({ 'nets/__init__.py': 'A = 1' });
});
