/** @file Runs as they are found on disk, whatever a crash left of them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graph } from '../core/graph/ir';
import { graphFromJson } from '../core/runs/graphFile';
import { parseMetrics } from '../core/runs/metricsLog';
import type { RunRecord, TrainEvent } from '../core/runs/run';
import { interrupted, parseRunRecord } from '../core/runs/runRecord';
import { type DiskResult, diskError, errorCode } from './diskResult';
import { isThere } from './isThere';

export interface StoredRun {
  readonly path: string;
  /** A run that was cut off says `interrupted`, unless it is among the living. */
  readonly record: RunRecord;
}

export interface ListedRuns {
  /** Newest first. */
  readonly runs: readonly StoredRun[];
  /** Folders whose run.json is missing or damaged, with the reason. */
  readonly broken: readonly { readonly path: string; readonly error: string }[];
}

/** @param living ids of runs that are being trained right now */
export async function listRuns(
  runsFolder: string,
  living: ReadonlySet<string> = new Set(),
): Promise<DiskResult<ListedRuns>> {
  let names: string[];
  try {
    const entries = await readdir(runsFolder, { withFileTypes: true });
    names = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return { ok: { runs: [], broken: [] } };
    return diskError(`cannot list the runs in ${runsFolder}`, cause);
  }
  const runs: StoredRun[] = [];
  const broken: { path: string; error: string }[] = [];
  for (const name of names) {
    const path = join(runsFolder, name);
    const read = await readRecord(path, living);
    if ('ok' in read) runs.push({ path, record: read.ok });
    else broken.push({ path, error: read.error });
  }
  runs.sort((a, b) => (a.record.created < b.record.created ? 1 : -1));
  return { ok: { runs, broken } };
}

export interface RunDetails extends StoredRun {
  /** Step, epoch and warning events, in order; a torn line is passed over. */
  readonly history: readonly TrainEvent[];
  readonly hasLast: boolean;
  readonly hasBest: boolean;
}

export async function readRun(
  path: string,
  living: ReadonlySet<string> = new Set(),
): Promise<DiskResult<RunDetails>> {
  const read = await readRecord(path, living);
  if ('error' in read) return read;
  const metrics = await readFile(join(path, 'metrics.jsonl'), 'utf8').catch(() => '');
  const has = (slot: string): Promise<boolean> => isThere(join(path, 'checkpoints', `${slot}.safetensors`));
  return {
    ok: {
      path,
      record: read.ok,
      history: parseMetrics(metrics),
      hasLast: await has('last'),
      hasBest: await has('best'),
    },
  };
}

/** The evaluation graph for one image. */
export async function readRunGraph(path: string): Promise<DiskResult<Graph>> {
  try {
    return graphFromJson(await readFile(join(path, 'graph.json'), 'utf8'));
  } catch (cause) {
    return diskError(`cannot read the graph of ${path}`, cause);
  }
}

async function readRecord(path: string, living: ReadonlySet<string>): Promise<DiskResult<RunRecord>> {
  let text: string;
  try {
    text = await readFile(join(path, 'run.json'), 'utf8');
  } catch (cause) {
    return diskError(`cannot read the run ${path}`, cause);
  }
  const record = parseRunRecord(text);
  if ('error' in record) return { error: `cannot read the run ${path}: ${record.error}` };
  return { ok: living.has(record.ok.id) ? record.ok : interrupted(record.ok) };
}
