/** @file Components of a JPEG to grey or RGB, in libjpeg's fixed-point arithmetic (jdcolor.c). */
import { clamp, type Plane } from './jpegSamples';

export type JpegColors = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'ycck';

/** round(x · 2¹⁶) */
const CR_RED = 91881;
const CB_BLUE = 116130;
const CR_GREEN = 46802;
const CB_GREEN = 22554;
const HALF = 1 << 15;

/** Which colours the components are, as libjpeg decides it. @param adobe the transform flag of an Adobe marker */
export function jpegColors(ids: readonly number[], jfif: boolean, adobe: number | null): JpegColors {
  if (ids.length === 1) return 'grey';
  if (ids.length === 4) return adobe === 2 ? 'ycck' : 'cmyk';
  if (jfif) return 'ycc';
  if (adobe !== null) return adobe === 0 ? 'rgb' : 'ycc';
  return String.fromCharCode(...ids) === 'RGB' ? 'rgb' : 'ycc';
}

/** One sample a pixel for grey, else RGB triples. */
export function combine(
  planes: readonly Plane[],
  colors: JpegColors,
  width: number,
  height: number,
): Uint8Array {
  const channels = colors === 'grey' ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const [first, second, third, fourth] = planes;
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const a = sample(first, x, y);
      if (colors === 'grey') {
        data[target++] = a;
        continue;
      }
      let red = a;
      let green = sample(second, x, y);
      let blue = sample(third, x, y);
      if (colors === 'ycc' || colors === 'ycck') {
        const cb = green - 128;
        const cr = blue - 128;
        red = clamp(a + ((CR_RED * cr + HALF) >> 16));
        green = clamp(a + ((-CB_GREEN * cb - CR_GREEN * cr + HALF) >> 16));
        blue = clamp(a + ((CB_BLUE * cb + HALF) >> 16));
      }
      if (colors === 'cmyk' || colors === 'ycck') {
        // Adobe stores ink inverted: 255 is none. YCC has already been turned into that of the other three.
        const white = sample(fourth, x, y);
        const inverted = colors === 'cmyk';
        red = printed(inverted ? 255 - red : red, white);
        green = printed(inverted ? 255 - green : green, white);
        blue = printed(inverted ? 255 - blue : blue, white);
      }
      data[target] = red;
      data[target + 1] = green;
      data[target + 2] = blue;
      target += 3;
    }
  }
  return data;
}

function sample(plane: Plane | undefined, x: number, y: number): number {
  return plane ? plane.samples[y * plane.stride + x]! : 0;
}

/** Light left by `ink` on what black leaves `white`, rounded as Pillow does. */
function printed(ink: number, white: number): number {
  const product = ink * white + 128;
  return clamp(white - ((product + (product >> 8)) >> 8));
}
