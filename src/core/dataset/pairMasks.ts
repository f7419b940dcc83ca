/** @file Pairs images with masks by name: `images/a.jpg` + `masks/a.png`, or `a.jpg` + `a_mask.png` side by side. */
import type { DatasetProblem, SegmentationSample } from './dataset';
import { comparePaths, listProblems } from './foundSamples';
import {
  isImageFolder,
  isMaskFolder,
  type Part,
  partOfFolder,
  stemOfImageName,
  stemOfMaskName,
  withoutRole,
} from './imageNames';

export interface PairedMasks {
  readonly pairs: readonly Pair[];
  readonly unpairedImages: readonly string[];
  readonly unpairedMasks: readonly string[];
  readonly problems: readonly DatasetProblem[];
}

interface Named {
  readonly path: string;
  readonly part: Part | null;
  readonly isMask: boolean;
  /** Folders without their roles, and a stem: equal for an image and its mask. The first is tried first. */
  readonly exact: readonly string[];
  /** The stem alone, for folders that are named differently on both sides; counts only where nobody shares it. */
  readonly loose: readonly string[];
}

type Pair = SegmentationSample & { readonly part: Part | null };

/** @param maskPaths masks that the user pointed out; null: names tell them apart */
export function pairMasks(files: readonly string[], maskPaths: ReadonlySet<string> | null): PairedMasks {
  const paths = new Set(files.map((path) => normal(withoutExtension(path))));
  const named = files.map((path) => readName(path, maskPaths?.has(path) ?? null, paths));
  const images = named.filter((each) => !each.isMask);
  const masks = named.filter((each) => each.isMask).sort((a, b) => comparePaths(a.path, b.path));
  const exact = indexBy(masks, (mask) => mask.exact);
  const looseMasks = indexBy(masks, (mask) => mask.loose);
  const looseImages = indexBy(images, (image) => image.loose);
  const taken = new Set<string>();
  const pairs: Pair[] = [];
  const unpairedImages: string[] = [];
  const repeated: string[] = [];
  for (const image of images) {
    const candidates =
      image.exact.map((key) => exact.get(key)).find((list) => list !== undefined) ??
      image.loose
        .filter((key) => looseImages.get(key)!.length === 1)
        .map((key) => looseMasks.get(key))
        .find((list) => list?.length === 1);
    const free = candidates?.filter((mask) => !taken.has(mask.path)) ?? [];
    const mask = free[0];
    if (!mask) {
      unpairedImages.push(image.path);
      continue;
    }
    if (free.length > 1) repeated.push(image.path);
    taken.add(mask.path);
    pairs.push({ kind: 'segmentation', image: image.path, mask: mask.path, part: image.part });
  }
  return {
    pairs,
    unpairedImages,
    unpairedMasks: masks.map((mask) => mask.path).filter((path) => !taken.has(path)),
    problems: listProblems(repeated, (file) => ({
      severity: 'warning',
      code: 'several-masks',
      message: `${file} has more than one mask; the first by name is used`,
    })),
  };
}

function readName(path: string, pointedOut: boolean | null, paths: ReadonlySet<string>): Named {
  const segments = path.split('/');
  const stem = withoutExtension(segments.pop()!);
  const bare = stemOfMaskName(stem);
  const isMask = pointedOut ?? (segments.some(isMaskFolder) || namesMask(segments, bare, paths));
  const folders = segments.map(withoutRole).filter((name) => name !== '');
  const part = folders.map(partOfFolder).find((found) => found !== null) ?? null;
  const stems = isMask ? [stem, ...(bare ? [bare] : [])] : [stem, stemOfImageName(stem)];
  return {
    path,
    part,
    isMask,
    exact: unique(stems.map((each) => normal([...folders, each].join('/')))),
    loose: unique(stems.map((each) => normal(`${part ?? ''}/${each}`))),
  };
}

/** In a folder for images, `x_mask` is a mask only where `x` lies beside it. */
function namesMask(folders: readonly string[], bare: string | null, paths: ReadonlySet<string>): boolean {
  if (bare === null) return false;
  return !folders.some(isImageFolder) || paths.has(normal([...folders, bare].join('/')));
}

function withoutExtension(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}

/** Letter case and the two Unicode spellings of an umlaut make no difference. */
function normal(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function indexBy(files: readonly Named[], keys: (file: Named) => readonly string[]): Map<string, Named[]> {
  const index = new Map<string, Named[]>();
  for (const file of files) {
    for (const key of keys(file)) {
      const list = index.get(key);
      if (list) list.push(file);
      else index.set(key, [file]);
    }
  }
  return index;
}
