/** @file A workspace as a user has one: the seed U-Net, unmodified, a few drawn cells and a note, in a path with a space and an umlaut. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../../src/build/repository.mjs';
import type { RunRecord } from '../../src/core/runs/run';

export interface RunOnDisk {
  readonly path: string;
  readonly record: RunRecord;
  /** There is something to go on from. */
  readonly hasCheckpoint: boolean;
  /** Steps as they stand in metrics.jsonl, with the time at which each was written. */
  readonly steps: readonly { readonly step: number; readonly time: string }[];
}

export interface CellsWorkspace {
  readonly folder: string;
  /** Folders of the runs so far, oldest first. */
  runs(): Promise<string[]>;
  /** The newest run as its folder has it now. */
  lastRun(): Promise<RunOnDisk>;
  remove(): Promise<void>;
}

/** @param images how many of the sample's cells to copy */
export async function makeCellsWorkspace(images: number): Promise<CellsWorkspace> {
  const parent = await mkdtemp(join(tmpdir(), 'cnn-lab-e2e-'));
  const folder = join(parent, 'Zellen für U-Net');
  await mkdir(join(folder, 'cells'), { recursive: true });
  await copyFile(inRepository('test/golden/models/seed_unet.py'), join(folder, 'seed_unet.py'));
  await writeFile(join(folder, 'cells.md'), '# Cells\n');
  for (const part of ['images', 'masks']) {
    const source = inRepository('media/sample/cells', part);
    await mkdir(join(folder, 'cells', part));
    for (const name of (await readdir(source)).sort().slice(0, images)) {
      await copyFile(join(source, name), join(folder, 'cells', part, name));
    }
  }
  const runsFolder = join(folder, '.cnnlab', 'runs');
  const runs = async () => {
    const names = await readdir(runsFolder).catch(() => []);
    return names.sort().map((name) => join(runsFolder, name));
  };
  return {
    folder,
    runs,
    lastRun: async () => {
      const path = (await runs()).at(-1);
      if (path === undefined) throw new Error(`${runsFolder} holds no run.`);
      const record = JSON.parse(await readFile(join(path, 'run.json'), 'utf8')) as RunRecord;
      const hasCheckpoint = existsSync(join(path, 'checkpoints', 'last.state.safetensors'));
      return { path, record, hasCheckpoint, steps: await stepsIn(join(path, 'metrics.jsonl')) };
    },
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function stepsIn(metrics: string): Promise<RunOnDisk['steps']> {
  const lines = (await readFile(metrics, 'utf8')).split('\n');
  // The last line may be half written.
  const events = lines
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { kind: string; step: number; time: string });
  return events.filter(({ kind }) => kind === 'step').map(({ step, time }) => ({ step, time }));
}
