/** @file A folder on disk to a `Dataset`: lists names, looks into some files, never blocks the event loop for long. */
import { open, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { assembleDataset } from '../core/dataset/assembleDataset';
import type { Dataset, DatasetProblem, Sample } from '../core/dataset/dataset';
import { findSamples } from '../core/dataset/findSamples';
import type { FoundSamples } from '../core/dataset/foundSamples';
import { isImageFolder, isMaskFolder, withoutRole } from '../core/dataset/imageNames';
import { type MaskSummary, summarizeMask } from '../core/dataset/maskEncoding';
import { decodeMask } from '../core/image/decodeImage';
import { HEADER_BYTES, readImageHeader } from '../core/image/imageHeader';
import { type ImageHeader, type ImageResult, imageError } from '../core/image/picture';
import type { DatasetSettings, Task } from '../core/runs/experiment';
import { diskError, errorCode } from './diskResult';
import { type ListedFiles, listFiles } from './listFiles';

/** Samples whose headers are read; in larger sets they are spread evenly, and the trainer checks each when it reads it. */
const PROBED_SAMPLES = 2000;
/** Masks whose values are looked at. */
const PROBED_MASKS = 24;
/** Larger masks are passed over while smaller ones are there: decoding one takes the event loop's time. */
const SMALL_MASK_PIXELS = 2 ** 20;
/** Files open at the same time. */
const PARALLEL = 16;
/** A JPEG with thumbnails and profiles before its size. */
const LONG_HEADER_BYTES = 1024 * 1024;

const LIMITS = { maxFiles: 200_000, maxDepth: 12 };

export interface ScanOptions {
  /** Folder that relative paths start at; default: the working directory. */
  readonly base?: string;
  /** What the experiment says; null or absent: the folders decide. */
  readonly task?: Task | null;
}

/** Whatever is wrong comes as the dataset's `problems`, also a folder that does not exist. */
export async function scanDataset(
  settings: string | DatasetSettings,
  options: ScanOptions = {},
): Promise<Dataset> {
  const { path, masks } = typeof settings === 'string' ? { path: settings, masks: null } : settings;
  const base = options.base ?? process.cwd();
  const images = resolve(base, path);
  const masksFolder = masks === null ? await masksBeside(images) : resolve(base, masks);
  const root = masksFolder === null ? images : commonFolder(images, masksFolder);
  const name = basename(masksFolder !== null && masks === null ? root : images);
  let listed: Listed;
  try {
    listed = await listDataset(root, images, masksFolder);
  } catch (cause) {
    return unusable(root, name, options.task ?? null, cause);
  }
  const found = findSamples(listed.files.paths, { task: options.task ?? null, masks: listed.masks });
  const problems = listed.files.cut ? [...found.problems, cutProblem(listed.files)] : found.problems;
  const headers = await readHeaders(root, found);
  const masksRead = await readMasks(root, found, headers);
  return assembleDataset(root, name, { ...found, problems }, { headers, masks: masksRead });
}

interface Listed {
  readonly files: ListedFiles;
  /** Where the experiment points them out. */
  readonly masks: ReadonlySet<string> | null;
}

async function listDataset(root: string, images: string, masks: string | null): Promise<Listed> {
  const options = { ...LIMITS, skipFolder: isHidden, wanted: (name: string) => !isHidden(name) };
  if (masks === null) return { files: await listFiles(images, options), masks: null };
  const below = async (folder: string): Promise<ListedFiles> => {
    const { paths, cut } = await listFiles(folder, options);
    const prefix = relative(root, folder).split(sep).join('/');
    return { paths: prefix === '' ? paths : paths.map((path) => `${prefix}/${path}`), cut };
  };
  const [ofImages, ofMasks] = [await below(images), await below(masks)];
  const maskPaths = new Set(ofMasks.paths);
  const files = [...ofImages.paths.filter((path) => !maskPaths.has(path)), ...ofMasks.paths];
  return { files: { paths: files, cut: ofImages.cut || ofMasks.cut }, masks: maskPaths };
}

/** For `…/cells/images`, a mask folder beside it; null where the folder is not such a one. */
async function masksBeside(images: string): Promise<string | null> {
  const name = basename(images);
  if (!isImageFolder(name) || withoutRole(name) !== '') return null;
  try {
    const siblings = await listFiles(dirname(images), {
      maxFiles: 20_000,
      maxDepth: 1,
      skipFolder: (folder) => !isMaskFolder(folder),
      wanted: () => true,
    });
    const first = siblings.paths.find((path) => path.includes('/'));
    return first === undefined ? null : join(dirname(images), first.slice(0, first.indexOf('/')));
  } catch {
    return null;
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'node_modules';
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (relative(folder, b).startsWith('..') && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function unusable(root: string, name: string, task: Task | null, cause: unknown): Dataset {
  const code = errorCode(cause) === 'ENOENT' ? 'no-such-folder' : 'unreadable-folder';
  const { error, hint } = diskError(`cannot read the dataset folder ${root}`, cause);
  const problem: DatasetProblem = {
    severity: 'error',
    code,
    message: error,
    ...(hint ? { hint } : {}),
    file: root,
  };
  const found: FoundSamples = {
    task: task ?? 'segmentation',
    samples: [],
    validation: null,
    classes: [],
    problems: [problem],
  };
  return assembleDataset(root, name, found, { headers: new Map(), masks: [] });
}

function cutProblem(files: ListedFiles): DatasetProblem {
  return {
    severity: 'warning',
    code: 'too-many-files',
    message: `only the first ${files.paths.length} files were looked at`,
    hint: 'Choose a folder that holds the dataset and nothing else.',
  };
}

async function readHeaders(
  root: string,
  found: FoundSamples,
): Promise<Map<string, ImageResult<ImageHeader>>> {
  const samples = evenly([...found.samples, ...(found.validation ?? [])], PROBED_SAMPLES);
  const paths = samples.flatMap(filesOf);
  const headers = new Map<string, ImageResult<ImageHeader>>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < paths.length) {
      const path = paths[next++]!;
      headers.set(path, await readHeader(join(root, path)));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  // In the samples' order, whichever file was read first.
  return new Map(paths.map((path) => [path, headers.get(path)!]));
}

function filesOf(sample: Sample): string[] {
  return sample.kind === 'segmentation' ? [sample.image, sample.mask] : [sample.image];
}

async function readHeader(path: string): Promise<ImageResult<ImageHeader>> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const header = readImageHeader(await readStart(file, Math.min(size, HEADER_BYTES)));
      const wantsMore = 'error' in header && header.code === 'truncated' && size > HEADER_BYTES;
      return wantsMore ? readImageHeader(await readStart(file, Math.min(size, LONG_HEADER_BYTES))) : header;
    } finally {
      await file.close();
    }
  } catch (cause) {
    return imageError('damaged', diskError('it cannot be opened', cause).error);
  }
}

async function readStart(file: Awaited<ReturnType<typeof open>>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, 0);
  return bytes.subarray(0, bytesRead);
}

async function readMasks(
  root: string,
  found: FoundSamples,
  headers: Map<string, ImageResult<ImageHeader>>,
): Promise<MaskSummary[]> {
  const masks = [...found.samples, ...(found.validation ?? [])].flatMap((sample) =>
    sample.kind === 'segmentation' ? [sample.mask] : [],
  );
  const readable = masks.filter((mask) => {
    const header = headers.get(mask);
    return header !== undefined && 'ok' in header;
  });
  const small = readable.filter((mask) => {
    const header = headers.get(mask)!;
    return 'ok' in header && header.ok.width * header.ok.height <= SMALL_MASK_PIXELS;
  });
  const chosen = small.length > 0 ? evenly(small, PROBED_MASKS) : evenly(readable, 3);
  const summaries: MaskSummary[] = [];
  for (const mask of chosen) {
    const decoded = await decodeFile(join(root, mask));
    if ('ok' in decoded) summaries.push(summarizeMask(mask, decoded.ok));
    else headers.set(mask, decoded);
    await breathe();
  }
  return summaries;
}

async function decodeFile(path: string): Promise<ReturnType<typeof decodeMask>> {
  try {
    return decodeMask(await readFile(path));
  } catch (cause) {
    return imageError('damaged', diskError('it cannot be opened', cause).error);
  }
}

/** At most `count` of the items, spread over all of them. */
function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}
