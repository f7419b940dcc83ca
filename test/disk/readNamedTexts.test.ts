import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNamedTexts } from '../../src/disk/readNamedTexts';
import { temporaryFolder, writeFiles } from './temporaryFolder';

test.each([
  ['open("unet.json")', ['models/unet.json']],
  ["open('configs/unet.yaml')", ['configs/unet.yaml']],
  ['open(os.path.join(HERE, "..", "configs", "unet.yaml"))', ['configs/unet.yaml']],
  ['Path(__file__).parent / "sub" / "deep.toml"', ['models/sub/deep.toml']],
  ['# no string: unet.json', []],
  ['open("../../outside.json")', []],
  ['open("../../../etc/hosts.txt")', []],
  ['open("large.json"), open("weights.pt"), open("folder.txt"), open("gone.json")', []],
])('%s', async (line, expected) => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'outside.json': '',
    'work/models/unet.json': '{}',
    'work/models/sub/deep.toml': '',
    'work/configs/unet.yaml': 'a: 1',
    'work/models/large.json': ' '.repeat(256 * 1024 + 1),
    'work/models/weights.pt': '',
    'work/models/folder.txt/x': '',
  });
  const found = await readNamedTexts(join(folder, 'work'), { 'models/net.py': `import os\nx = ${line}\n` });
  expect(Object.keys(found)).toEqual(expected);
});
