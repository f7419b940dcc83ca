/** @file Folders of a workspace that look like datasets, so that nobody has to type a path. */
import { basename, join } from 'node:path';
import { findSamples } from '../core/dataset/findSamples';
import {
  isImageFolder,
  isMaskFolder,
  isReadImage,
  partOfFolder,
  stemOfMaskName,
} from '../core/dataset/imageNames';
import type { Task } from '../core/runs/experiment';
import { listFiles } from './listFiles';

export interface DatasetCandidate {
  /** Relative to the workspace folder, POSIX separators; '' is the folder itself. */
  readonly path: string;
  readonly name: string;
  readonly task: Task;
  /** Training and validation samples together, by their names alone. */
  readonly samples: number;
  /** Of classification. */
  readonly classes: number;
}

const LIMITS = { maxFiles: 100_000, maxDepth: 8 };
const SKIPPED = new Set([
  'node_modules',
  'venv',
  'env',
  'site-packages',
  '__pycache__',
  'dist',
  'build',
  'out',
]);
/** Fewer pairs or images a class are icons and screenshots. */
const FEWEST_SAMPLES = 4;

/** By path. A workspace that cannot be read has none. */
export async function findDatasets(workspace: string): Promise<DatasetCandidate[]> {
  const paths = await imagesBelow(workspace);
  const folders = [...new Set(candidateFolders(paths))].sort();
  const found: DatasetCandidate[] = [];
  for (const folder of folders) {
    if (found.some((outer) => isInside(folder, outer.path))) continue;
    const prefix = folder === '' ? '' : `${folder}/`;
    const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    const { task, samples, validation, classes } = findSamples(below);
    const count = samples.length + (validation?.length ?? 0);
    if (count < FEWEST_SAMPLES) continue;
    const name = folder === '' ? basename(workspace) : basename(folder);
    found.push({ path: folder, name, task, samples: count, classes: classes.length });
  }
  return found;
}

async function imagesBelow(workspace: string): Promise<readonly string[]> {
  try {
    const { paths } = await listFiles(join(workspace), {
      ...LIMITS,
      skipFolder: (name) => name.startsWith('.') || SKIPPED.has(name),
      wanted: (name) => !name.startsWith('.') && isReadImage(name),
    });
    return paths;
  } catch {
    return [];
  }
}

/** Around a mask folder; a folder with masks beside its images; around two or more folders of images. */
function candidateFolders(paths: readonly string[]): string[] {
  const direct = new Map<string, string[]>();
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(slash, 0));
    const names = direct.get(folder);
    if (names) names.push(path.slice(slash + 1));
    else direct.set(folder, [path.slice(slash + 1)]);
  }
  const candidates: string[] = [];
  const classFolders = new Map<string, number>();
  for (const [folder, names] of direct) {
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    const around = abovePart(parentOf(folder));
    if (folder !== '' && isMaskFolder(name)) candidates.push(around);
    else if (partOfFolder(name) && isMaskFolder(basename(parentOf(folder))))
      candidates.push(parentOf(parentOf(folder)));
    else if (holdsPairs(names)) candidates.push(folder);
    else if (folder !== '' && !isImageFolder(name))
      classFolders.set(around, (classFolders.get(around) ?? 0) + 1);
  }
  for (const [folder, count] of classFolders) if (count >= 2) candidates.push(folder);
  return candidates;
}

function holdsPairs(names: readonly string[]): boolean {
  const stems = new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))));
  return [...stems].some((stem) => {
    const bare = stemOfMaskName(stem);
    return bare !== null && (stems.has(bare) || stems.has(`${bare}_image`) || stems.has(`${bare}_img`));
  });
}

function parentOf(folder: string): string {
  return folder.slice(0, Math.max(folder.lastIndexOf('/'), 0));
}

/** `data/train` → `data`: the split belongs to the dataset. */
function abovePart(folder: string): string {
  return folder !== '' && partOfFolder(basename(folder)) ? parentOf(folder) : folder;
}

function isInside(folder: string, outer: string): boolean {
  return outer === '' || folder.startsWith(`${outer}/`);
}
