import { expect, test } from 'vitest';
import { findDatasets } from '../../src/disk/findDatasets';
import { temporaryFolder, writeFiles } from './temporaryFolder';

/** Names only: nothing is opened, so the files may be empty. */
async function check(patterns: readonly string[], expected: readonly string[]): Promise<void> {
  const workspace = temporaryFolder();
  for (const pattern of patterns) {
    for (const number of [1, 2, 3, 4]) writeFiles(workspace, { [pattern.replace('#', String(number))]: '' });
  }
  const found = await findDatasets(workspace);
  expect(found.map(({ path, task, samples }) => `${path || '.'}: ${samples} ${task}`)).toEqual(expected);
}

test('a workspace with several', async () => {
  await check(
    [
      'cells/images/#.png',
      'cells/masks/#.png',
      'shapes/circle/#.png',
      'shapes/square/#.png',
      'flat/#.png',
      'flat/#_mask.png',
      'docs/screenshot#.png',
      'node_modules/x/a/#.png',
      'node_modules/x/b/#.png',
      '.cnnlab/runs/r/pinned/a/#.png',
    ],
    ['cells: 4 segmentation', 'flat: 4 segmentation', 'shapes: 8 classification'],
  );
});

test('split folders belong to their dataset', async () => {
  await check(
    ['d/train/cat/#.png', 'd/train/dog/#.png', 'd/test/cat/#.png', 'd/test/dog/#.png'],
    ['d: 16 classification'],
  );
  await check(
    ['s/train/images/#.png', 's/train/masks/#.png', 's/val/images/#.png', 's/val/masks/#.png'],
    ['s: 8 segmentation'],
  );
  await check(
    ['s/images/train/#.png', 's/masks/train/#.png', 's/images/val/#.png', 's/masks/val/#.png'],
    ['s: 8 segmentation'],
  );
});

test('the workspace folder itself', async () => {
  await check(['images/#.png', 'masks/#.png'], ['.: 4 segmentation']);
  await check(['cat/#.png', 'dog/#.png'], ['.: 8 classification']);
});

test('pictures without labels are none', async () => {
  await check(['docs/#.png'], []);
  expect(await findDatasets('/nowhere/at/all')).toEqual([]);
});
