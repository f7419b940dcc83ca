/** @file JPEG to samples: baseline and progressive, grey, YCbCr, RGB and CMYK, turned upright by EXIF. */
import { decode } from 'jpeg-js';
import { readJpegHeader } from './jpegHeader';
import { type ImageResult, imageError, MAX_PIXELS, type Picture } from './picture';

/** The decoder keeps coefficients as 32-bit integers: up to 16 bytes a pixel on top of the picture. */
const MEMORY_LIMIT_MB = 2048;

/** Chroma is enlarged by repetition, where libjpeg interpolates: colours at edges differ by a few levels. */
export function decodeJpeg(bytes: Uint8Array): ImageResult<Picture> {
  const header = readJpegHeader(bytes);
  if ('error' in header) return header;
  let decoded: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  try {
    decoded = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MEMORY_LIMIT_MB,
    });
  } catch (cause) {
    const reason = (cause as Error).message;
    if (/limit exceeded/.test(reason))
      return imageError('too-large', `the JPEG needs too much memory (${reason})`);
    return imageError('damaged', `the JPEG is damaged or cut off (${reason})`);
  }
  const { channels, orientation } = header.ok;
  const data = channels === 1 ? firstOfThree(decoded.data) : decoded.data;
  return { ok: upright(decoded.width, decoded.height, channels, data, orientation) };
}

/** The decoder repeats grey in all three channels. */
function firstOfThree(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let pixel = 0; pixel < grey.length; pixel++) grey[pixel] = rgb[3 * pixel]!;
  return grey;
}

/** Where the upright pixel (x, y) of a w×h picture lies in the stored one, by EXIF orientation. */
const STORED_AT: Readonly<
  Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>
> = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _w, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [y, w - 1 - x],
  7: (x, y, w, h) => [h - 1 - y, w - 1 - x],
  8: (x, y, _w, h) => [h - 1 - y, x],
};

function upright(
  storedWidth: number,
  storedHeight: number,
  channels: 1 | 3,
  stored: Uint8Array,
  orientation: number,
): Picture {
  const storedAt = STORED_AT[orientation];
  if (!storedAt) return { width: storedWidth, height: storedHeight, channels, bitDepth: 8, data: stored };
  const [width, height] = orientation >= 5 ? [storedHeight, storedWidth] : [storedWidth, storedHeight];
  const data = new Uint8Array(stored.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [storedX, storedY] = storedAt(x, y, width, height);
      const source = (storedY * storedWidth + storedX) * channels;
      for (let channel = 0; channel < channels; channel++) data[target++] = stored[source + channel]!;
    }
  }
  return { width, height, channels, bitDepth: 8, data };
}
