/** @file Files that a command was asked to write, wherever that is. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { atomicWrite } from '../disk/atomicWrite';
import { diskError } from '../disk/diskResult';
import { CommandError } from './commandError';

/**
 * Makes the folders on the way.
 * @throws CommandError where the disk says no
 */
export async function writeOutputFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await atomicWrite(resolve(path), content);
  } catch (cause) {
    throw new CommandError(diskError(`cannot write ${path}`, cause).error);
  }
}
