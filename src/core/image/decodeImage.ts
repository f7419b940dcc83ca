/** @file Bytes of an image file to a `Picture`, whatever its name says. */
import { readImageHeader } from './imageHeader';
import { decodeJpeg } from './jpegDecoder';
import type { ImageResult, Picture } from './picture';
import { decodePng } from './pngDecoder';

/** A palette image comes out in its colours. */
export function decodeImage(bytes: Uint8Array): ImageResult<Picture> {
  return decodeAs(bytes, 'colors');
}

/** For masks: a palette image comes out as its indexes, which are the classes. */
export function decodeMask(bytes: Uint8Array): ImageResult<Picture> {
  return decodeAs(bytes, 'indexes');
}

function decodeAs(bytes: Uint8Array, paletteAs: 'colors' | 'indexes'): ImageResult<Picture> {
  const header = readImageHeader(bytes);
  if ('error' in header) return header;
  return header.ok.format === 'png' ? decodePng(bytes, paletteAs) : decodeJpeg(bytes);
}
