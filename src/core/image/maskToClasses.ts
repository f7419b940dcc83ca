/** @file Mask pictures to class indexes, by the encoding that the dataset's masks share. */
import type { MaskEncoding } from '../dataset/dataset';
import { resizeTaps } from '../ops/resizeTaps';
import type { Picture } from './picture';

/** The value that label tools write for "not labelled"; counted as background under `index`. */
const VOID_INDEX = 255;

/**
 * One class index a pixel, height × width, resized by nearest neighbour (`nearest-exact`: pixel centres, as Pillow),
 * which invents no class. Decode the picture with `decodeMask`, so that a palette's indexes survive.
 */
export function maskToClasses(
  picture: Picture,
  encoding: MaskEncoding,
  height: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const columns = resizeTaps(picture.width, width, 'nearest-exact', false, false).start;
  const rows = resizeTaps(picture.height, height, 'nearest-exact', false, false).start;
  const classOf = classifier(picture, encoding);
  const known = new Map<number, number>();
  const classes = new Uint8Array(height * width);
  let target = 0;
  for (const row of rows) {
    for (const column of columns) {
      const value = pixelValue(picture, row * picture.width + column);
      let index = known.get(value);
      if (index === undefined) {
        index = classOf(value);
        known.set(value, index);
      }
      classes[target++] = index;
    }
  }
  return classes;
}

/** A grey value as it is; a colour packed as 0xRRGGBB (its high bytes where it has 16 bits). */
export function pixelValue(picture: Picture, pixel: number): number {
  const { data } = picture;
  if (picture.channels === 1) return data[pixel]!;
  const shift = picture.bitDepth - 8;
  const at = 3 * pixel;
  return ((data[at]! >> shift) << 16) | ((data[at + 1]! >> shift) << 8) | (data[at + 2]! >> shift);
}

/** The brightest channel of a packed colour. */
export function brightest(packed: number): number {
  return Math.max(packed >> 16, (packed >> 8) & 0xff, packed & 0xff);
}

function classifier(picture: Picture, encoding: MaskEncoding): (value: number) => number {
  const colored = picture.channels === 3;
  const grey = colored ? brightest : (value: number) => value;
  switch (encoding.kind) {
    case 'binary': {
      const half = (encoding.maximum ?? greatest(picture)) / 2;
      return (value) => (grey(value) > half ? 1 : 0);
    }
    case 'index':
      return (value) => (grey(value) >= VOID_INDEX ? 0 : grey(value));
    case 'values':
      return (value) => nearest(encoding.values, (listed) => Math.abs(listed - grey(value)));
    case 'colors': {
      // A grey picture among coloured masks stands for its grey colours.
      const packed = colored ? (value: number) => value : (value: number) => value * 0x010101;
      return (value) => nearest(encoding.values, (listed) => colorDistance(listed, packed(value)));
    }
  }
}

function greatest(picture: Picture): number {
  let maximum = 0;
  for (const value of picture.data) if (value > maximum) maximum = value;
  return maximum;
}

/** Index of the listed value that is closest; compression and smoothing leave values that nobody listed. */
function nearest(values: readonly number[], distance: (listed: number) => number): number {
  let best = 0;
  values.forEach((listed, index) => {
    if (distance(listed) < distance(values[best]!)) best = index;
  });
  return best;
}

function colorDistance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16);
  const green = ((a >> 8) & 0xff) - ((b >> 8) & 0xff);
  const blue = (a & 0xff) - (b & 0xff);
  return red * red + green * green + blue * blue;
}
