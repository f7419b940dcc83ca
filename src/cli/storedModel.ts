/** @file A trained model as `predict` and `export` take it from its run folder. */
import { resolve } from 'node:path';
import type { Graph } from '../core/graph/ir';
import type { RunRecord } from '../core/runs/run';
import { readCheckpoint } from '../disk/checkpointFiles';
import { readRun, readRunGraph } from '../disk/readRun';
import { CommandError, orThrow } from './commandError';

export interface StoredModel {
  readonly record: RunRecord;
  readonly graph: Graph;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** `best` falls back to `last` where a run has not finished its first epoch. @throws CommandError */
export async function readStoredModel(folder: string, slot: 'best' | 'last'): Promise<StoredModel> {
  const path = resolve(folder);
  const { record, hasBest, hasLast } = orThrow(await readRun(path));
  if (!hasBest && !hasLast) {
    throw new CommandError(`${folder} has no checkpoint yet.`, 'Train it for at least one epoch first.');
  }
  const available = slot === 'best' && !hasBest ? 'last' : slot;
  const { weights } = orThrow(await readCheckpoint(path, available));
  return { record, weights, graph: orThrow(await readRunGraph(path)) };
}
