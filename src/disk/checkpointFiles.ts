/**
 * @file Checkpoints: weights and the trainer's state change together, or not at all.
 *
 * Two files cannot be renamed at once. Both are therefore written whole under `.next` names, weights first, and then
 * renamed, weights first. What a crash leaves behind tells how far it came:
 * only `last.safetensors.next`: the new state was never complete, so the old pair stands;
 * both, or only `last.state.safetensors.next`: the new pair is complete, and the renaming is finished later.
 */
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, renameOver } from './atomicWrite';
import { type DiskResult, diskError, errorCode } from './diskResult';
import { isThere } from './isThere';

const LAST = 'last.safetensors';
const LAST_STATE = 'last.state.safetensors';
const BEST = 'best.safetensors';

export interface Checkpoint {
  readonly weights: Uint8Array<ArrayBuffer>;
  /** null for `best`, which is not for going on. */
  readonly trainerState: Uint8Array<ArrayBuffer> | null;
}

export async function writeBest(folder: string, weights: Uint8Array): Promise<void> {
  await atomicWrite(join(folder, BEST), weights);
}

export async function writeLast(folder: string, weights: Uint8Array, state: Uint8Array): Promise<void> {
  await finishCheckpoint(folder);
  await atomicWrite(join(folder, `${LAST}.next`), weights);
  await atomicWrite(join(folder, `${LAST_STATE}.next`), state);
  await finishCheckpoint(folder);
}

/** Brings what an interrupted `writeLast` left behind into order. */
export async function finishCheckpoint(folder: string): Promise<void> {
  const nextWeights = join(folder, `${LAST}.next`);
  const nextState = join(folder, `${LAST_STATE}.next`);
  if (await isThere(nextState)) {
    if (await isThere(nextWeights)) await renameOver(nextWeights, join(folder, LAST));
    await renameOver(nextState, join(folder, LAST_STATE));
  } else if (await isThere(nextWeights)) {
    await unlink(nextWeights);
  }
}

/** @param run the run's folder */
export async function readCheckpoint(run: string, slot: 'last' | 'best'): Promise<DiskResult<Checkpoint>> {
  const folder = join(run, 'checkpoints');
  try {
    if (slot === 'best') return { ok: { weights: await readBytes(join(folder, BEST)), trainerState: null } };
    await finishCheckpoint(folder);
    const weights = await readBytes(join(folder, LAST));
    return { ok: { weights, trainerState: await readBytes(join(folder, LAST_STATE)).catch(ifMissing) } };
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') {
      return {
        error: `the run has no ${slot} checkpoint`,
        hint: 'Checkpoints are written after every epoch; this run ended before its first one.',
      };
    }
    return diskError(`cannot read the ${slot} checkpoint of ${run}`, cause);
  }
}

/** A copy of its own, and not a part of Node's shared pool, so that it can be transferred. */
async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path));
}

function ifMissing(cause: unknown): null {
  if (errorCode(cause) === 'ENOENT') return null;
  throw cause;
}
