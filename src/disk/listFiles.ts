/** @file All files below a folder, without blocking and without walking in circles. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface ListOptions {
  /** Stops after so many files. */
  readonly maxFiles: number;
  /** Folders inside folders. */
  readonly maxDepth: number;
  readonly skipFolder: (name: string) => boolean;
  readonly wanted: (name: string) => boolean;
}

export interface ListedFiles {
  /** Relative to the folder, POSIX separators, nearest folders first. */
  readonly paths: readonly string[];
  /** True where a limit cut the list short. */
  readonly cut: boolean;
}

/** Folders that cannot be read are passed over, but for the first. @throws where that one cannot be read */
export async function listFiles(root: string, options: ListOptions): Promise<ListedFiles> {
  const visited = new Set([await realpath(root)]);
  const paths: string[] = [];
  let level = [''];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > options.maxDepth) return { paths, cut: true };
    const next: string[] = [];
    for (const folder of level) {
      const entries = await entriesOf(join(root, folder), folder === '');
      for (const entry of entries) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const kind = await kindOf(entry, join(root, path));
        if (kind === 'folder') {
          if (!options.skipFolder(entry.name) && (await isNew(entry, join(root, path), visited)))
            next.push(path);
        } else if (kind === 'file' && options.wanted(entry.name)) {
          if (paths.length === options.maxFiles) return { paths, cut: true };
          paths.push(path);
        }
      }
    }
    level = next;
  }
  return { paths, cut: false };
}

async function entriesOf(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (isRoot) throw cause;
    return [];
  }
}

async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  try {
    const target = await stat(path);
    return target.isFile() ? 'file' : target.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'other'; // a link to nowhere
  }
}

/** Only a link can lead back to a folder already seen. */
async function isNew(entry: Dirent, path: string, visited: Set<string>): Promise<boolean> {
  if (!entry.isSymbolicLink()) return true;
  const target = await realpath(path);
  if (visited.has(target) || path.startsWith(target + sep)) return false;
  visited.add(target);
  return true;
}
