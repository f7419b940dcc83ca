/** @file What file and folder names say about a dataset: image or mask, training or validation. */

/** Lower-case endings of files that are read; what is inside decides how. */
const READ = new Set(['png', 'jpg', 'jpeg', 'jpe', 'jfif']);

/** Formats that hold images but are not read yet, by ending. */
const NOT_READ: Readonly<Record<string, string>> = {
  tif: 'TIFF',
  tiff: 'TIFF',
  gif: 'GIF',
  bmp: 'BMP',
  webp: 'WebP',
  npy: 'NumPy',
  npz: 'NumPy',
  dcm: 'DICOM',
  nii: 'NIfTI',
  czi: 'CZI',
  nd2: 'ND2',
  lif: 'LIF',
  heic: 'HEIC',
  avif: 'AVIF',
  jp2: 'JPEG 2000',
  mat: 'MATLAB',
};

const MASK =
  '(?:masks?|labels?|annotations?|annots?|gts?|ground[ _-]?truths?|segs?|segmentations?|segmentationclass|truths?|targets?|manual)';
const IMAGE = '(?:images?|imgs?|inputs?|pictures?|photos?|raws?|jpegimages)';

const MASK_FOLDER = new RegExp(`^(?:.*[ _-])?${MASK}$|^${MASK}[ _-].*$|^(?:train|val|test)annot$`, 'i');
const IMAGE_FOLDER = new RegExp(`^(?:.*[ _-])?${IMAGE}$|^${IMAGE}[ _-].*$|^x$`, 'i');
const MASK_ONLY = new RegExp(`^${MASK}$`, 'i');
const IMAGE_ONLY = new RegExp(`^(?:${IMAGE}|x)$`, 'i');
const MASK_AFFIX = affix(MASK);
const IMAGE_AFFIX = affix(`(?:${IMAGE}|rgb|sat)`);

/** The word and its separator at the end or the beginning of a name. */
function affix(word: string): RegExp {
  return new RegExp(`[ ._-]${word}$|^${word}[ ._-]`, 'i');
}

export type Part = 'train' | 'validation' | 'test';

const PARTS: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

export function partOfFolder(name: string): Part | null {
  return PARTS[name.toLowerCase()] ?? null;
}

export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

export function isReadImage(path: string): boolean {
  return READ.has(extensionOf(path));
}

/** Name of the image format that is not read yet, or null for read ones and for what is no image. */
export function unreadFormat(path: string): string | null {
  return NOT_READ[extensionOf(path)] ?? null;
}

/** Files and folders that tools leave behind; never part of a dataset. */
export function isIgnored(path: string): boolean {
  return path.split('/').some((segment) => segment.startsWith('.') || segment === '__MACOSX');
}

export function isMaskFolder(name: string): boolean {
  return MASK_FOLDER.test(name);
}

export function isImageFolder(name: string): boolean {
  return IMAGE_FOLDER.test(name);
}

/** What a folder's name says besides its role: `train_masks` → `train`, `masks` → ``, `cats` → `cats`. */
export function withoutRole(name: string): string {
  if (isMaskFolder(name))
    return name
      .replace(/annot$/i, '')
      .replace(MASK_ONLY, '')
      .replace(MASK_AFFIX, '');
  if (isImageFolder(name)) return name.replace(IMAGE_ONLY, '').replace(IMAGE_AFFIX, '');
  return name;
}

/** The stem that a mask shares with its image: `cell_01_mask` → `cell_01`; null where the name says nothing. */
export function stemOfMaskName(stem: string): string | null {
  return MASK_AFFIX.test(stem) ? stem.replace(MASK_AFFIX, '') : null;
}

/** `cell_01_image` → `cell_01`; the stem itself where it carries no such word. */
export function stemOfImageName(stem: string): string {
  return stem.replace(IMAGE_AFFIX, '');
}
