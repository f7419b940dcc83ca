import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/core/dataset/dataset';
import { encodePng } from '../../src/core/image/pngEncoder';
import { scanDataset } from '../../src/disk/scanDataset';
import { temporaryFolder, writeFiles } from './temporaryFolder';

function png(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
  channels: 1 | 3 = 1,
): Uint8Array {
  const data = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const stored = value(pixel % width, Math.floor(pixel / width));
    data.fill(stored, pixel * channels, (pixel + 1) * channels);
  }
  return encodePng({ width, height, channels, bitDepth: 8, data });
}
const image = png(8, 6, (x, y) => x * y);
const mask = png(8, 6, (x) => (x < 4 ? 0 : 255));

async function scan(files: Readonly<Record<string, string | Uint8Array>>): Promise<Dataset> {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return scanDataset(folder);
}

/** `severity code message`, one a line. */
function problems(dataset: Dataset): string[] {
  return dataset.problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

test('images and masks', async () => {
  const dataset = await scan({
    'images/a.png': image,
    'images/b.png': image,
    'masks/a.png': mask,
    'masks/b.png': mask,
  });
  expect(dataset).toMatchObject({
    task: 'segmentation',
    classes: ['background', 'foreground'],
    maskEncoding: { kind: 'binary', maximum: 255 },
    channels: 1,
    typicalSize: { width: 8, height: 6 },
    problems: [],
  });
  expect(dataset.samples).toEqual([
    { kind: 'segmentation', image: 'images/a.png', mask: 'masks/a.png' },
    { kind: 'segmentation', image: 'images/b.png', mask: 'masks/b.png' },
  ]);
});

test('class folders', async () => {
  const colored = png(4, 4, (x) => x, 3);
  const dataset = await scan({ 'cat/1.PNG': colored, 'dog/ü 2.png': colored });
  expect(dataset).toMatchObject({
    task: 'classification',
    classes: ['cat', 'dog'],
    channels: 3,
    problems: [],
  });
});

describe('bad input is named and the rest is kept', () => {
  test('a corrupt PNG', async () => {
    const broken = image.slice(0, 20);
    const dataset = await scan({
      'images/a.png': image,
      'masks/a.png': mask,
      'images/b.png': broken,
      'masks/b.png': mask,
      'images/c.png': 'no image at all',
      'masks/c.png': mask,
    });
    expect(problems(dataset)).toEqual([
      'warning unreadable-image: images/b.png cannot be read and is left out: the PNG ends inside its header',
      'warning unreadable-image: images/c.png cannot be read and is left out: this is neither a PNG nor a JPEG image',
    ]);
    expect(dataset.samples.length).toBe(1);
  });
  test('a mask whose pixels are broken, though its header is fine', async () => {
    const broken = mask.slice();
    broken[45] = broken[45]! ^ 0xff;
    const dataset = await scan({ 'a.png': image, 'a_mask.png': mask, 'b.png': image, 'b_mask.png': broken });
    expect(problems(dataset)).toEqual([
      "warning unreadable-image: b_mask.png cannot be read and is left out: the PNG's IDAT chunk does not match its checksum",
    ]);
  });
  test('a mask of another size', async () => {
    const dataset = await scan({ 'images/a.png': image, 'masks/a.png': png(4, 4, (x) => x % 2) });
    expect(problems(dataset)).toEqual([
      'warning mask-size: masks/a.png is 4×4, but its image images/a.png is 8×6; both are left out',
      'error empty-dataset: none of the 1 samples can be used',
    ]);
  });
  test('an image without a mask', async () => {
    const dataset = await scan({ 'images/a.png': image, 'masks/a.png': mask, 'images/b.png': image });
    expect(problems(dataset)).toEqual([
      'warning image-without-mask: images/b.png has no mask and is left out',
    ]);
  });
  test('a TIFF called PNG', async () => {
    const tiff = Uint8Array.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
    const dataset = await scan({
      'images/a.png': image,
      'masks/a.png': mask,
      'images/b.png': tiff,
      'masks/b.png': mask,
    });
    expect(problems(dataset)[0]).toMatch(/TIFF images are not read yet\. Convert it to PNG/);
  });
  test('an empty folder, and none', async () => {
    expect(problems(await scan({}))).toEqual([
      'error empty-dataset: no images to train on: the folder is empty',
    ]);
    const missing = await scanDataset('nowhere', { base: temporaryFolder() });
    expect(missing.problems).toMatchObject([{ severity: 'error', code: 'no-such-folder' }]);
  });
});

test('masks in a folder of their own, outside the images’ folder', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'in/a.png': image, 'out/deep/a.png': mask });
  const dataset = await scanDataset({ path: 'in', masks: 'out/deep' }, { base: folder });
  expect(dataset).toMatchObject({ root: folder, name: 'in', problems: [] });
  expect(dataset.samples).toEqual([{ kind: 'segmentation', image: 'in/a.png', mask: 'out/deep/a.png' }]);
});

test('the folder "images" stands for the dataset around it', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'cells/images/a.png': image, 'cells/masks/a.png': mask });
  const dataset = await scanDataset('cells/images', { base: folder });
  expect(dataset).toMatchObject({ root: join(folder, 'cells'), name: 'cells' });
  expect(dataset.samples).toEqual([{ kind: 'segmentation', image: 'images/a.png', mask: 'masks/a.png' }]);
});

test('links that lead in a circle are walked once', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'cat/1.png': image, 'dog/1.png': image });
  // Junctions, since other links need an administrator on Windows; elsewhere the kind is ignored.
  symlinkSync(folder, join(folder, 'cat', 'up'), 'junction');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'cat', 'broken.png'), 'junction');
  const dataset = await scanDataset(folder);
  expect(dataset.samples.map((sample) => sample.image)).toEqual(['cat/1.png', 'dog/1.png']);
});
