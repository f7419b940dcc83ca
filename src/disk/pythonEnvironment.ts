/** @file Finds the Python environment that a model file belongs to, by looking at folders: nothing of it is run. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { PythonEnvironment } from '../core/graph/tracedModel';
import { isThere } from './isThere';

const CONVENTIONAL = ['.venv', 'venv', 'env'];
const MOST_LEVELS = 20;

export interface EnvironmentSearch {
  /** The model file. */
  readonly file: string;
  /** Last folder, going up, that is looked into; null: the root of the file system. */
  readonly top: string | null;
  /** What the user chose to run Python with: an interpreter or the folder of an environment. */
  readonly chosen: string | null;
}

/**
 * The chosen environment if it is one of its own (virtual, conda), else the nearest `.venv`, `venv` or `env` from the
 * file's folder upwards, else the chosen interpreter's packages; null where there is none.
 */
export async function findPythonEnvironment({
  file,
  top,
  chosen,
}: EnvironmentSearch): Promise<PythonEnvironment | null> {
  const prefix = chosen === null ? null : await prefixOf(chosen);
  if (prefix !== null && (await isEnvironment(prefix))) return environmentAt(prefix, top);
  let folder = dirname(resolve(file));
  for (let level = 0; level < MOST_LEVELS; level++) {
    for (const name of CONVENTIONAL) {
      if (await isEnvironment(join(folder, name))) return environmentAt(join(folder, name), top ?? folder);
    }
    if (folder === top || dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  return prefix === null ? null : environmentAt(prefix, top);
}

/** `…/bin/python` and `…\Scripts\python.exe` stand in a folder of the environment, conda's `python.exe` in itself. */
async function prefixOf(chosen: string): Promise<string | null> {
  if (!isAbsolute(chosen)) return null;
  try {
    if ((await stat(chosen)).isDirectory()) return chosen;
  } catch {
    return null;
  }
  const folder = dirname(chosen);
  return /^(bin|scripts)$/i.test(basename(folder)) ? dirname(folder) : folder;
}

async function isEnvironment(folder: string): Promise<boolean> {
  return (await isThere(join(folder, 'pyvenv.cfg'))) || (await isThere(join(folder, 'conda-meta')));
}

async function environmentAt(prefix: string, workspace: string | null): Promise<PythonEnvironment | null> {
  const configuration = await readFile(join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => '');
  const home = /^\s*home\s*=\s*(.+?)\s*$/m.exec(configuration)?.[1];
  const withSystem = /^\s*include-system-site-packages\s*=\s*true\s*$/im.test(configuration);
  const places = await packageFolders(prefix);
  if (withSystem && home !== undefined) places.push(...(await packageFolders(dirname(home))));
  const folders: string[] = [];
  for (const place of places) {
    folders.push(place);
    // What is installed in place from this workspace is read as the workspace's own.
    for (const linked of await linkedFolders(place))
      if (!workspace || !isBelow(linked, workspace) || isBelow(linked, prefix)) folders.push(linked);
  }
  if (folders.length === 0) return null;
  const unique = [...new Set(folders)];
  const times = await Promise.all(unique.map(async (folder) => (await stat(folder)).mtimeMs));
  return { name: basename(prefix), folders: unique, stamp: times.join() };
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}

async function packageFolders(prefix: string): Promise<string[]> {
  const candidates = [join(prefix, 'Lib', 'site-packages')];
  for (const library of [join(prefix, 'local', 'lib'), join(prefix, 'lib'), join(prefix, 'lib64')]) {
    const names = await readdir(library).catch(() => []);
    const versions = names.filter((name) => /^(python|pypy)3(\.\d+)?t?$/.test(name)).sort(byVersion);
    for (const version of versions)
      candidates.push(join(library, version, 'site-packages'), join(library, version, 'dist-packages'));
  }
  const found = new Map<string, string>();
  for (const candidate of candidates) {
    // `lib64` is a link to `lib`; on Windows and macOS `Lib` and `lib` are one.
    const real = await realpath(candidate).catch(() => null);
    if (real !== null && !found.has(real.toLowerCase())) found.set(real.toLowerCase(), candidate);
  }
  return [...found.values()];
}

/** Newest first. */
function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

/** Lines of `.pth` files are folders of packages, but those that are code, which nobody runs here. */
async function linkedFolders(place: string): Promise<string[]> {
  const folders: string[] = [];
  const names = await readdir(place).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.pth')).sort()) {
    const text = await readFile(join(place, name), 'utf8').catch(() => '');
    for (const line of text.split(/\r?\n/)) {
      if (line.trim() === '' || line.startsWith('#') || /^import\s/.test(line)) continue;
      const folder = resolve(place, line.trim());
      if (await isThere(folder)) folders.push(folder);
    }
  }
  return folders;
}
