/** @file A trained model as `predict` and `export` take it from its run folder. */
import { join, resolve } from 'node:path';
import type { Graph } from '../core/graph/ir';
import type { RunRecord } from '../core/runs/run';
import { readCheckpoint } from '../disk/checkpointFiles';
import { isThere } from '../disk/isThere';
import { type RunDetails, readRun, readRunGraph } from '../disk/readRun';
import { CommandError, orThrow } from './commandError';

export interface StoredModel {
  readonly record: RunRecord;
  readonly graph: Graph;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** `best` falls back to `last` where a run has not finished its first epoch. @throws CommandError */
export async function readStoredModel(folder: string, slot: 'best' | 'last'): Promise<StoredModel> {
  const path = resolve(folder);
  const { record, hasBest, hasLast } = await readStoredRun(folder);
  if (!hasBest && !hasLast) {
    throw new CommandError(`${folder} has no checkpoint yet.`, 'Train it for at least one epoch first.');
  }
  const available = slot === 'best' && !hasBest ? 'last' : slot;
  const { weights } = orThrow(await readCheckpoint(path, available));
  return { record, weights, graph: orThrow(await readRunGraph(path)) };
}

/** @throws CommandError where the folder is no run */
export async function readStoredRun(folder: string): Promise<RunDetails> {
  if (await isThere(join(resolve(folder), 'run.json'))) return orThrow(await readRun(resolve(folder)));
  throw new CommandError(
    `${folder} is no run: it has no run.json.`,
    'A run is a folder such as .cnnlab/runs/2024-05-17_09-30-05-unet.',
  );
}
