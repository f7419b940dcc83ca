import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseExperiment } from '../../src/core/runs/parseExperiment';
import { scanDataset } from '../../src/disk/scanDataset';

const SAMPLE = fileURLToPath(new URL('../../media/sample', import.meta.url));

test('cells: 24 pairs of grey images and masks', async () => {
  const dataset = await scanDataset('cells', { base: SAMPLE });
  expect(dataset.samples.length).toBe(24);
  expect(dataset).toMatchObject({
    task: 'segmentation',
    maskEncoding: { kind: 'binary', maximum: 255 },
    channels: 1,
    typicalSize: { width: 96, height: 96 },
    problems: [],
  });
});

test('shapes: three classes of 20', async () => {
  const dataset = await scanDataset('shapes', { base: SAMPLE });
  expect(dataset.samples.length).toBe(60);
  expect(dataset).toMatchObject({ classes: ['circle', 'square', 'triangle'], channels: 3, problems: [] });
});

test.each(['cells', 'shapes'])('%s.cnnlab.json has no fault', (name) => {
  const text = readFileSync(join(SAMPLE, `${name}.cnnlab.json`), 'utf8');
  expect(parseExperiment(text, name)).toMatchObject({
    experiment: { dataset: { path: name } },
    diagnostics: [],
  });
});

test('the whole sample is less than a megabyte', () => {
  const files = readdirSync(SAMPLE, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
});
