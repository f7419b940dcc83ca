import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atomicWrite } from '../../src/disk/atomicWrite';
import { temporaryFolder } from './temporaryFolder';

test('replaces a file and leaves nothing else behind', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'run.json');
  await atomicWrite(path, 'old');
  await atomicWrite(path, new TextEncoder().encode('new'));
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['run.json']);
});

test('many writers at once leave one whole text', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'run.json');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => atomicWrite(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['run.json']);
});

test('a write that fails leaves no temporary file', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'taken'));
  await expect(atomicWrite(join(folder, 'taken'), 'text')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});
