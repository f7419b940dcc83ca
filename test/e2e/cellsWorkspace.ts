/** @file A workspace as a user has one: the seed U-Net, unmodified, and a few drawn cells, in a path with a space and an umlaut. */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../../src/build/repository.mjs';

export interface CellsWorkspace {
  readonly folder: string;
  /** Folders of the runs so far, oldest first. */
  runs(): Promise<string[]>;
  remove(): Promise<void>;
}

/** @param images how many of the sample's cells to copy */
export async function makeCellsWorkspace(images: number): Promise<CellsWorkspace> {
  const parent = await mkdtemp(join(tmpdir(), 'cnn-lab-e2e-'));
  const folder = join(parent, 'Zellen für U-Net');
  await mkdir(join(folder, 'cells'), { recursive: true });
  await copyFile(inRepository('test/golden/models/seed_unet.py'), join(folder, 'seed_unet.py'));
  for (const part of ['images', 'masks']) {
    const source = inRepository('media/sample/cells', part);
    await mkdir(join(folder, 'cells', part));
    for (const name of (await readdir(source)).sort().slice(0, images)) {
      await copyFile(join(source, name), join(folder, 'cells', part, name));
    }
  }
  const runs = join(folder, '.cnnlab', 'runs');
  return {
    folder,
    runs: async () => {
      const names = await readdir(runs).catch(() => []);
      return names.sort().map((name) => join(runs, name));
    },
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}
