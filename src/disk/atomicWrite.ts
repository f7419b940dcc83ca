/** @file Replaces a file whole or not at all. */
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './diskResult';

/** Virus scanners and indexers on Windows hold new files for a moment: in all about three seconds of patience. */
const RENAME_DELAYS_MS = [10, 20, 50, 100, 200, 400, 800, 1600];
const HELD_BY_OTHERS = new Set(['EPERM', 'EACCES', 'EBUSY']);

let counter = 0;

/**
 * Writes beside the target, flushes to the disk and renames over it: a reader, or a crash at any moment, sees the old
 * file or the new one. The folder must exist. @throws the system's error, with the old file untouched
 */
export async function atomicWrite(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${counter++}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(temporary, path);
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw cause;
  }
  await syncFolder(folder);
}

/** `rename`, with patience on Windows, where a file that someone else has open cannot be replaced at once. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (const delay of process.platform === 'win32' ? RENAME_DELAYS_MS : []) {
    try {
      return await rename(from, to);
    } catch (cause) {
      if (!HELD_BY_OTHERS.has(errorCode(cause))) throw cause;
      await sleep(delay);
    }
  }
  await rename(from, to);
}

/** Makes the rename itself last through a power cut; Windows neither needs nor allows it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some network file systems refuse; the file itself is written and renamed.
  }
}
