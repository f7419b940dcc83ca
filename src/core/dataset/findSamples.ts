/** @file From a folder's file names to samples: image and mask pairs, or one folder a class. Opens no file. */
import type { Task } from '../runs/experiment';
import { type FoundClasses, groupByClass } from './classFolders';
import type { DatasetProblem, SegmentationSample } from './dataset';
import { bySamplePath, comparePaths, type FoundSamples, listProblems } from './foundSamples';
import { isIgnored, isImageFolder, isMaskFolder, isReadImage, type Part, unreadFormat } from './imageNames';
import { type PairedMasks, pairMasks } from './pairMasks';

export interface FindOptions {
  /** What the experiment says; null: the folders decide, and masks win over class folders. */
  readonly task: Task | null;
  /** Paths of the masks, where the experiment points them out. */
  readonly masks: ReadonlySet<string> | null;
}

/** @param files paths relative to the dataset's root, POSIX separators */
export function findSamples(
  files: readonly string[],
  options: FindOptions = { task: null, masks: null },
): FoundSamples {
  const visible = files.filter((path) => !isIgnored(path));
  const images = visible.filter(isReadImage).sort(comparePaths);
  const unread = unreadProblems(visible);
  if (images.length === 0) return nothing(options.task, [...unread, emptyDataset(visible.length)]);
  const paired = options.task === 'classification' ? null : pairMasks(images, options.masks);
  if (paired && paired.pairs.length > 0) return withMasks(paired, unread);
  if (options.task !== 'segmentation') {
    const found = groupByClass(images);
    const fewest = options.task === 'classification' ? 1 : 2;
    if (found.classes.length >= fewest && !areRoles(found.classes)) {
      return withClasses(found, unread);
    }
  }
  return nothing(options.task, [...unread, noLabels(images, paired)]);
}

/** `images` and `masks` that do not match are a mishap, not two classes. */
function areRoles(folders: readonly string[]): boolean {
  return folders.some(isImageFolder) && folders.some(isMaskFolder);
}

function withMasks(paired: PairedMasks, unread: readonly DatasetProblem[]): FoundSamples {
  const { train, validation, problems } = divide(paired.pairs);
  return {
    task: 'segmentation',
    samples: train.map(sampleOfPair).sort(bySamplePath),
    validation: validation?.map(sampleOfPair).sort(bySamplePath) ?? null,
    classes: [],
    problems: [
      ...unread,
      ...problems,
      ...paired.problems,
      ...listProblems(paired.unpairedImages, (file) => ({
        severity: 'warning',
        code: 'image-without-mask',
        message: `${file} has no mask and is left out`,
        hint: 'Give the mask the same name in a "masks" folder, or name it with "_mask" at its end.',
      })),
      ...listProblems(paired.unpairedMasks, (file) => ({
        severity: 'warning',
        code: 'mask-without-image',
        message: `${file} is a mask without an image`,
      })),
    ],
  };
}

function sampleOfPair({ image, mask }: SegmentationSample): SegmentationSample {
  return { kind: 'segmentation', image, mask };
}

function withClasses(found: FoundClasses, unread: readonly DatasetProblem[]): FoundSamples {
  const { classes, samples } = found;
  const { train, validation, problems } = divide(samples);
  const labelled = ({ image, label }: (typeof samples)[number]) => ({
    kind: 'classification' as const,
    image,
    label,
  });
  const missing = classes.filter((_, label) => !train.some((sample) => sample.label === label));
  return {
    task: 'classification',
    samples: train.map(labelled).sort(bySamplePath),
    validation: validation?.map(labelled).sort(bySamplePath) ?? null,
    classes,
    problems: [
      ...unread,
      ...problems,
      ...found.problems,
      ...missing.map(
        (name): DatasetProblem => ({
          severity: 'warning',
          code: 'class-without-training-images',
          message: `the class "${name}" has validation images but no training images`,
        }),
      ),
    ],
  };
}

interface Divided<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[] | null;
  readonly problems: readonly DatasetProblem[];
}

/** `train` beside `val` (or, failing that, `test`) decides the split; with only one of them all are for training. */
function divide<T extends { readonly part: Part | null }>(samples: readonly T[]): Divided<T> {
  const of = (part: Part): T[] => samples.filter((sample) => sample.part === part);
  const heldOut = of('validation').length > 0 ? 'validation' : 'test';
  if (of('train').length === 0 || of(heldOut).length === 0)
    return { train: samples, validation: null, problems: [] };
  const unused = heldOut === 'validation' ? of('test').length : 0;
  return {
    train: samples.filter((sample) => sample.part === 'train' || sample.part === null),
    validation: of(heldOut),
    problems:
      unused === 0
        ? []
        : [
            {
              severity: 'warning',
              code: 'test-left-out',
              message: `${unused} test images are neither trained nor validated on`,
            },
          ],
  };
}

function nothing(task: Task | null, problems: readonly DatasetProblem[]): FoundSamples {
  return { task: task ?? 'segmentation', samples: [], validation: null, classes: [], problems };
}

function emptyDataset(files: number): DatasetProblem {
  const found = files === 0 ? 'the folder is empty' : `none of its ${files} files is a PNG or JPEG image`;
  return {
    severity: 'error',
    code: 'empty-dataset',
    message: `no images to train on: ${found}`,
    hint: 'Choose a folder with "images" and "masks" in it, or with one folder of images a class.',
  };
}

function noLabels(images: readonly string[], paired: PairedMasks | null): DatasetProblem {
  const mask = paired?.unpairedMasks[0];
  const image = paired?.unpairedImages[0];
  if (mask !== undefined && image !== undefined) {
    return {
      severity: 'error',
      code: 'no-pairs',
      message: `no image and mask belong together by name: there are "${image}" and "${mask}"`,
      hint: 'An image and its mask need the same file name, but for an ending such as "_mask".',
    };
  }
  return {
    severity: 'error',
    code: 'no-labels',
    message: `${images.length} images were found, but neither masks nor two or more class folders`,
    hint: 'Put the masks into a folder "masks" beside the images, or the images of each class into a folder of their own.',
  };
}

function unreadProblems(files: readonly string[]): DatasetProblem[] {
  const counts = new Map<string, { count: number; example: string }>();
  for (const path of files) {
    const format = unreadFormat(path);
    if (!format) continue;
    const seen = counts.get(format);
    if (seen) seen.count++;
    else counts.set(format, { count: 1, example: path });
  }
  return [...counts].map(([format, { count, example }]) => ({
    severity: 'warning',
    code: 'unsupported-format',
    message: `${count} ${format} ${count === 1 ? 'file is' : 'files are'} left out: ${format} is not read yet`,
    hint: 'Convert to PNG (8 or 16 bits) or JPEG.',
    file: example,
  }));
}
