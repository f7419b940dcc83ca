/**
 * @file A run on disk: made when training starts, filled by the trainer's events, readable after a crash at any byte.
 *
 *     .cnnlab/runs/2024-05-17_09-30-05-unet-cells/
 *       run.json                     what it is and how far it is
 *       experiment.cnnlab.json       what was asked for
 *       model/                       the Python files it was traced from
 *       graph.json                   its evaluation graph, for predictions
 *       metrics.jsonl                one event a line
 *       events.out.tfevents.…        the same for TensorBoard
 *       checkpoints/last.safetensors, last.state.safetensors, best.safetensors
 *       pinned/<sample>/             image.png, truth.png, step-000412.png, …
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Graph } from '../core/graph/ir';
import { graphToJson } from '../core/runs/graphFile';
import { metricsLine, metricsUpTo } from '../core/runs/metricsLog';
import type { RunRecord, TrainEvent } from '../core/runs/run';
import {
  advanceRunRecord,
  createRunRecord,
  type NewRun,
  parseRunRecord,
  runId,
} from '../core/runs/runRecord';
import { fileVersionRecord, scalarRecord } from '../core/runs/tensorBoardEvents';
import { atomicWrite } from './atomicWrite';
import { finishCheckpoint, writeBest, writeLast } from './checkpointFiles';
import { type DiskResult, diskError, errorCode } from './diskResult';
import { writePreviews } from './pinnedFiles';

/** `run.json` follows the steps this often; epochs, checkpoints and states write it at once. */
const RECORD_INTERVAL_MS = 1000;

export interface RunContents {
  /** The experiment's own text, or one written for it. */
  readonly experimentText: string;
  /** Python files by POSIX path relative to the workspace. */
  readonly modelFiles: Readonly<Record<string, string>>;
  /** Evaluation graph for one image; null where a run is only for training. */
  readonly graph: Graph | null;
}

/** Where runs go: `output` of the experiment, or `.cnnlab/runs` beside it. */
export function runsFolderOf(experimentFolder: string, output: string | null): string {
  return resolve(experimentFolder, output ?? join('.cnnlab', 'runs'));
}

export class RunFolder {
  private written = 0;
  /** Lines and records that wait for the disk; whatever gathers while it is busy goes in one write. */
  private lines = '';
  private records: Uint8Array[] = [];
  private queue: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private current: RunRecord,
    private readonly eventsPath: string,
  ) {}

  /** Makes a new folder in `runsFolder`, and `.cnnlab/.gitignore` with it. The id is made from time and name. */
  static async create(
    runsFolder: string,
    run: Omit<NewRun, 'id'>,
    contents: RunContents,
    now = new Date(),
  ): Promise<DiskResult<RunFolder>> {
    try {
      await mkdir(runsFolder, { recursive: true });
      await ignoreInGit(runsFolder);
      const path = await makeUnique(runsFolder, runId(now, run.name));
      await Promise.all([
        mkdir(join(path, 'checkpoints')),
        mkdir(join(path, 'model')),
        mkdir(join(path, 'pinned')),
      ]);
      await writeFile(join(path, 'experiment.cnnlab.json'), contents.experimentText);
      for (const [name, text] of Object.entries(contents.modelFiles))
        await writeBelow(join(path, 'model'), name, text);
      if (contents.graph) await writeFile(join(path, 'graph.json'), graphToJson(contents.graph));
      await writeFile(join(path, 'metrics.jsonl'), '');
      const folder = new RunFolder(
        path,
        createRunRecord({ ...run, id: basename(path) }, now.toISOString()),
        await startEvents(path, now),
      );
      await folder.writeRecord();
      return { ok: folder };
    } catch (cause) {
      return diskError(`cannot write a run into ${runsFolder}`, cause);
    }
  }

  /**
   * Goes on with a run from its last checkpoint, at `step`: metrics after it are dropped, since training gives them
   * anew.
   */
  static async reopen(path: string, step: number, now = new Date()): Promise<DiskResult<RunFolder>> {
    try {
      const record = parseRunRecord(await readFile(join(path, 'run.json'), 'utf8'));
      if ('error' in record) return { error: `cannot go on with the run ${path}: ${record.error}` };
      await finishCheckpoint(join(path, 'checkpoints'));
      const metrics = await readFile(join(path, 'metrics.jsonl'), 'utf8').catch(() => '');
      await atomicWrite(join(path, 'metrics.jsonl'), metricsUpTo(metrics, step));
      const going: RunRecord = {
        ...record.ok,
        state: 'running',
        error: null,
        step,
        updated: now.toISOString(),
      };
      const folder = new RunFolder(path, going, await startEvents(path, now));
      await folder.writeRecord();
      return { ok: folder };
    } catch (cause) {
      return diskError(`cannot go on with the run ${path}`, cause);
    }
  }

  get record(): RunRecord {
    return this.current;
  }

  /** Takes one event; resolves when it is on the disk. Events are written in the order of the calls. */
  async handle(event: TrainEvent, now = new Date()): Promise<DiskResult<null>> {
    const before = this.current;
    this.current = advanceRunRecord(before, event, now.toISOString());
    this.lines += metricsLine(event, now.toISOString()) ?? '';
    const scalars = scalarRecord(event, now.getTime() / 1000);
    if (scalars) this.records.push(scalars);
    const result = this.queue.then(() => this.write(event));
    this.queue = result.catch(() => undefined);
    try {
      await result;
      return { ok: null };
    } catch (cause) {
      return diskError(`cannot write the run ${this.path}`, cause);
    }
  }

  /** Writes the record as it is now; call it when no more events come. */
  async close(): Promise<DiskResult<null>> {
    const result = this.queue.then(() => this.writeRecord());
    this.queue = result.catch(() => undefined);
    try {
      await result;
      return { ok: null };
    } catch (cause) {
      return diskError(`cannot write the run ${this.path}`, cause);
    }
  }

  private async write(event: TrainEvent): Promise<void> {
    const { lines, records } = this;
    this.lines = '';
    this.records = [];
    try {
      if (lines !== '') await appendFile(join(this.path, 'metrics.jsonl'), lines);
    } catch (cause) {
      this.lines = lines + this.lines; // for the next event, when the disk may have room again
      throw cause;
    }
    if (records.length > 0) await appendFile(this.eventsPath, concatenate(records));
    if (event.kind === 'pinned')
      await writePreviews(join(this.path, 'pinned'), event, this.current.classes.length);
    if (event.kind === 'checkpoint') {
      const folder = join(this.path, 'checkpoints');
      await writeLast(folder, event.weights, event.trainerState);
      if (event.isBest) await writeBest(folder, event.weights);
    }
    const isStep = event.kind === 'step';
    if (isStep ? Date.now() - this.written >= RECORD_INTERVAL_MS : changesRecord(event))
      await this.writeRecord();
  }

  private async writeRecord(): Promise<void> {
    this.written = Date.now();
    await atomicWrite(join(this.path, 'run.json'), `${JSON.stringify(this.current, null, 2)}\n`);
  }
}

function changesRecord(event: TrainEvent): boolean {
  return (
    event.kind === 'device' || event.kind === 'epoch' || event.kind === 'checkpoint' || event.kind === 'state'
  );
}

/** Two runs of the same second get `-2`, `-3`, …. */
async function makeUnique(runsFolder: string, id: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const path = join(runsFolder, attempt === 1 ? id : `${id}-${attempt}`);
    try {
      await mkdir(path);
      return path;
    } catch (cause) {
      if (errorCode(cause) !== 'EEXIST' || attempt === 1000) throw cause;
    }
  }
}

/** Runs are not committed by accident; a file that is already there is the user's. */
async function ignoreInGit(runsFolder: string): Promise<void> {
  const folder = dirname(runsFolder);
  if (basename(folder) !== '.cnnlab') return;
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((cause: unknown) => {
    if (errorCode(cause) !== 'EEXIST') throw cause;
  });
}

/** TensorBoard reads one file a session, by its name's prefix, and joins them. */
async function startEvents(path: string, now: Date): Promise<string> {
  const seconds = now.getTime() / 1000;
  const file = join(path, `events.out.tfevents.${Math.floor(seconds)}.cnnlab.${process.pid}`);
  await appendFile(file, fileVersionRecord(seconds));
  return file;
}

/** `name` is a POSIX path of the workspace; one that leads out of the folder keeps its last part only. */
async function writeBelow(folder: string, name: string, text: string): Promise<void> {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const safe = parts.includes('..') || name.includes('\\') || name.includes(':') ? parts.slice(-1) : parts;
  const path = join(folder, ...safe.map((part) => part.replace(/[<>:"|?*\\]/g, '_')));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
