/** @file Samples by name, and what a look into their files showed, to a dataset. */
import type { ImageHeader, ImageResult } from '../image/picture';
import type { Dataset, DatasetProblem, Sample } from './dataset';
import { type FoundSamples, listProblems } from './foundSamples';
import { findMaskEncoding, type MaskSummary } from './maskEncoding';

export interface LookedInto {
  /** Headers of images and masks by path, of all or of some samples. */
  readonly headers: ReadonlyMap<string, ImageResult<ImageHeader>>;
  /** Values of a few masks. */
  readonly masks: readonly MaskSummary[];
}

/** Samples with an unreadable file, or a mask of another size, are left out and named. */
export function assembleDataset(
  root: string,
  name: string,
  found: FoundSamples,
  looked: LookedInto,
): Dataset {
  const problems: DatasetProblem[] = [...found.problems];
  const unreadable = new Map<string, string>();
  for (const [file, header] of looked.headers) {
    if ('error' in header)
      unreadable.set(file, header.hint ? `${header.error}. ${header.hint}` : header.error);
  }
  problems.push(
    ...listProblems([...unreadable.keys()], (file) => ({
      severity: 'warning',
      code: 'unreadable-image',
      message: `${file} cannot be read and is left out: ${unreadable.get(file)}`,
    })),
  );
  const everySample = [...found.samples, ...(found.validation ?? [])];
  const misfits = new Map(everySample.map((sample) => [sample.image, sizeMismatch(sample, looked)]));
  problems.push(
    ...listProblems(
      everySample.map((sample) => sample.image).filter((image) => misfits.get(image)),
      (image) => ({
        severity: 'warning',
        code: 'mask-size',
        message: `${misfits.get(image)!}; both are left out`,
        hint: 'A mask must have the size of its image.',
      }),
    ),
  );
  const usable = (sample: Sample): boolean =>
    !unreadable.has(sample.image) &&
    !(sample.kind === 'segmentation' && unreadable.has(sample.mask)) &&
    !misfits.get(sample.image);
  const samples = found.samples.filter(usable);
  if (samples.length === 0 && found.samples.length > 0) {
    problems.push({
      severity: 'error',
      code: 'empty-dataset',
      message: `none of the ${found.samples.length} samples can be used`,
      hint: 'See the other problems of this dataset.',
    });
  }
  const isSegmentation = found.task === 'segmentation';
  const encoding = isSegmentation ? findMaskEncoding(looked.masks) : null;
  if (encoding && looked.masks.length > 0) problems.push(...encoding.problems);
  const images = headersOfImages([...samples, ...(found.validation ?? [])], looked);
  const { channels, mixed } = findChannels(images);
  if (mixed) problems.push(mixed);
  return {
    root,
    name,
    task: found.task,
    samples,
    validation: found.validation?.filter(usable) ?? null,
    classes: encoding?.classes ?? found.classes,
    maskEncoding: encoding?.encoding ?? null,
    channels,
    typicalSize: mostCommonSize(images),
    problems,
  };
}

function sizeMismatch(sample: Sample, { headers }: LookedInto): string | null {
  if (sample.kind !== 'segmentation') return null;
  const image = headers.get(sample.image);
  const mask = headers.get(sample.mask);
  if (!image || !mask || 'error' in image || 'error' in mask) return null;
  if (image.ok.width === mask.ok.width && image.ok.height === mask.ok.height) return null;
  const size = (header: ImageHeader): string => `${header.width}×${header.height}`;
  return `${sample.mask} is ${size(mask.ok)}, but its image ${sample.image} is ${size(image.ok)}`;
}

function headersOfImages(samples: readonly Sample[], { headers }: LookedInto): ImageHeader[] {
  return samples.flatMap((sample) => {
    const header = headers.get(sample.image);
    return header && 'ok' in header ? [header.ok] : [];
  });
}

function findChannels(images: readonly ImageHeader[]): { channels: 1 | 3; mixed: DatasetProblem | null } {
  const grey = images.filter((image) => image.channels === 1).length;
  const color = images.length - grey;
  if (color === 0 && grey > 0) return { channels: 1, mixed: null };
  if (grey === 0) return { channels: 3, mixed: null };
  return {
    channels: 3,
    mixed: {
      severity: 'warning',
      code: 'mixed-channels',
      message: `${grey} of ${images.length} images looked at are grey and ${color} are coloured; all are read as colour`,
      hint: 'Set "input" to [1, height, width] to read all as grey.',
    },
  };
}

function mostCommonSize(images: readonly ImageHeader[]): { width: number; height: number } {
  const counts = new Map<string, { width: number; height: number; count: number }>();
  for (const { width, height } of images) {
    const key = `${width}×${height}`;
    counts.set(key, { width, height, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  let best = { width: 0, height: 0, count: 0 };
  for (const size of counts.values()) if (size.count > best.count) best = size;
  return { width: best.width, height: best.height };
}
