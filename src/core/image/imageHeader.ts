/** @file Size and format of an image from its first kilobytes, by content and never by file name. */
import { readJpegHeader } from './jpegHeader';
import { type ImageHeader, type ImageResult, imageError } from './picture';
import { isPng, readPngHeader } from './pngHeader';

/** Enough for nearly every file; a JPEG with a long preamble answers `truncated` and wants more. */
export const HEADER_BYTES = 16 * 1024;

/** `bytes` may be the whole file or its beginning. */
export function readImageHeader(bytes: Uint8Array): ImageResult<ImageHeader> {
  if (bytes.length === 0) return imageError('truncated', 'the file is empty');
  if (isPng(bytes)) return readPngHeader(bytes);
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return readJpegHeader(bytes);
  const known = nameOfUnsupported(bytes);
  if (known) {
    return imageError(
      'unsupported-format',
      `${known} images are not read yet`,
      'Convert it to PNG or JPEG; PNG keeps 16 bits and exact mask values.',
    );
  }
  return imageError('not-an-image', 'this is neither a PNG nor a JPEG image');
}

function nameOfUnsupported(bytes: Uint8Array): string | null {
  for (const [name, signature, offset] of UNSUPPORTED) {
    if (startsWith(bytes, signature, offset)) return name;
  }
  return null;
}

const UNSUPPORTED: readonly (readonly [name: string, signature: readonly number[], offset: number])[] = [
  ['TIFF', [0x49, 0x49, 0x2a, 0x00], 0],
  ['TIFF', [0x4d, 0x4d, 0x00, 0x2a], 0],
  ['BigTIFF', [0x49, 0x49, 0x2b, 0x00], 0],
  ['GIF', [0x47, 0x49, 0x46, 0x38], 0],
  ['BMP', [0x42, 0x4d], 0],
  ['WebP', [0x57, 0x45, 0x42, 0x50], 8],
  ['JPEG 2000', [0x00, 0x00, 0x00, 0x0c, 0x6a, 0x50], 0],
  ['AVIF', [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66], 4],
  ['HEIC', [0x66, 0x74, 0x79, 0x70, 0x68, 0x65, 0x69, 0x63], 4],
];

function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte);
}
