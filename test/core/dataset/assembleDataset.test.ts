import { expect, test } from 'vitest';
import { assembleDataset, type LookedInto } from '../../../src/core/dataset/assembleDataset';
import type { Dataset } from '../../../src/core/dataset/dataset';
import { findSamples } from '../../../src/core/dataset/findSamples';
import type { ImageHeader, ImageResult } from '../../../src/core/image/picture';

const PATHS = ['images/a.png', 'images/b.png', 'masks/a.png', 'masks/b.png'];

function header(width: number, height: number, channels: 1 | 3 = 1): ImageResult<ImageHeader> {
  return {
    ok: {
      format: 'png',
      width,
      height,
      storedChannels: channels,
      channels,
      bitDepth: 8,
      palette: false,
      orientation: 1,
    },
  };
}

function assemble(
  headers: Record<string, ImageResult<ImageHeader>>,
  masks: LookedInto['masks'] = [],
): Dataset {
  const found = findSamples(PATHS);
  return assembleDataset('/data', 'data', found, { headers: new Map(Object.entries(headers)), masks });
}

test('a sound dataset', () => {
  const counts = new Map([
    [0, 5],
    [255, 5],
  ]);
  const dataset = assemble(Object.fromEntries(PATHS.map((path) => [path, header(64, 48)])), [
    { file: 'masks/a.png', counts, colored: false, bitDepth: 8, palette: false },
  ]);
  expect(dataset).toMatchObject({
    task: 'segmentation',
    classes: ['background', 'foreground'],
    maskEncoding: { kind: 'binary', maximum: 255 },
    channels: 1,
    typicalSize: { width: 64, height: 48 },
    problems: [],
  });
  expect(dataset.samples.length).toBe(2);
});

test('a mask of another size is named with both sizes, and its sample left out', () => {
  const dataset = assemble({
    'images/a.png': header(64, 48),
    'masks/a.png': header(64, 48),
    'images/b.png': header(64, 48),
    'masks/b.png': header(32, 32),
  });
  expect(dataset.problems).toMatchObject([
    {
      severity: 'warning',
      code: 'mask-size',
      file: 'images/b.png',
      message: 'masks/b.png is 32×32, but its image images/b.png is 64×48; both are left out',
    },
  ]);
  expect(dataset.samples.map((sample) => sample.image)).toEqual(['images/a.png']);
});

test('unreadable files are left out with the reason', () => {
  const dataset = assemble({
    'images/a.png': { code: 'damaged', error: 'the PNG is broken' },
    'images/b.png': header(8, 8),
  });
  expect(dataset.samples.map((sample) => sample.image)).toEqual(['images/b.png']);
  expect(dataset.problems).toMatchObject([
    { code: 'unreadable-image', message: expect.stringContaining('the PNG is broken') },
  ]);
});

test('when nothing is left, that is an error', () => {
  const broken = { code: 'damaged', error: 'broken' } as const;
  const { problems } = assemble({ 'images/a.png': broken, 'masks/b.png': broken });
  expect(problems.at(-1)).toMatchObject({ severity: 'error', code: 'empty-dataset' });
});

test('grey and coloured images together', () => {
  const dataset = assemble({ 'images/a.png': header(8, 8, 1), 'images/b.png': header(8, 8, 3) });
  expect(dataset.channels).toBe(3);
  expect(dataset.problems).toMatchObject([{ severity: 'warning', code: 'mixed-channels' }]);
});
