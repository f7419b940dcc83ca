/** @file A decoded image, and how reading one may fail. */

/** Row-major, channels interleaved: sample (x, y, c) is `data[(y * width + x) * channels + c]`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Grey or RGB; transparency is dropped, as Pillow's `convert('RGB')` does. */
  readonly channels: 1 | 3;
  /** Samples range over 0…255 or 0…65535 and fill `data` accordingly. */
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  /** RGB triples where `data` holds palette indexes (only when asked for). */
  readonly palette?: Uint8Array;
}

export type ImageFormat = 'png' | 'jpeg';

/** What the first bytes of a file tell. Width and height are as seen, with a JPEG's EXIF orientation applied. */
export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** As stored, alpha included; 1 for a palette's index. */
  readonly storedChannels: 1 | 2 | 3 | 4;
  /** Channels of the decoded `Picture`. */
  readonly channels: 1 | 3;
  /** Bits of one stored sample. */
  readonly bitDepth: number;
  readonly palette: boolean;
  /** EXIF 1…8; 1 is upright. */
  readonly orientation: number;
}

export interface ImageError {
  /**
   * `truncated`: the bytes end too early (for a header: read more of the file and ask again);
   * `damaged`: they contradict the format; `too-large`: more pixels than `MAX_PIXELS`;
   * `unsupported-format`: an image format that is not read; `not-an-image`: none that is known.
   */
  readonly code: 'truncated' | 'damaged' | 'too-large' | 'unsupported-format' | 'not-an-image';
  readonly error: string;
  readonly hint?: string;
}

export type ImageResult<T> = { readonly ok: T } | ImageError;

/** 2²⁷ pixels, about 11,500 × 11,500: half a gigabyte as RGBA, all that one image may ask for. */
export const MAX_PIXELS = 2 ** 27;

export function imageError(code: ImageError['code'], error: string, hint?: string): ImageError {
  return hint === undefined ? { code, error } : { code, error, hint };
}

/** Refuses a size before memory is taken for it. */
export function checkSize(width: number, height: number): ImageError | null {
  if (width === 0 || height === 0) return imageError('damaged', `the image claims to be ${width}×${height}`);
  if (width * height <= MAX_PIXELS) return null;
  return imageError(
    'too-large',
    `the image claims to be ${width}×${height}; at most ${MAX_PIXELS / 2 ** 20} megapixels are read`,
    'Cut it into tiles, or scale it down.',
  );
}
