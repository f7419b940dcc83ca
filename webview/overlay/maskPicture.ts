/** @file Masks as pictures of their own: classes in their colours, and where prediction and truth differ. */
import { classColor, type Rgb } from '../../src/core/image/palette';

type Pixels = Uint8Array<ArrayBuffer>;

/** Vermilion and sky blue: told apart in every common form of colour blindness, unlike red and green. */
export const errorColors: {
  readonly hit: Rgb;
  readonly extra: Rgb;
  readonly missed: Rgb;
  readonly confused: Rgb;
} = {
  hit: [128, 128, 128],
  extra: [213, 94, 0],
  missed: [86, 180, 233],
  confused: [240, 228, 66],
};

/** RGBA; the background is near black. @param mask one class index a pixel */
export function maskPicture(mask: Uint8Array): Pixels {
  return paint(mask.length, (pixel) => (mask[pixel] === 0 ? [16, 16, 16] : classColor(mask[pixel]!)));
}

/** RGBA: what was found, what was found where nothing is, what was missed, and what was taken for another class. */
export function errorPicture(prediction: Uint8Array, truth: Uint8Array): Pixels {
  return paint(truth.length, (pixel) => {
    const found = prediction[pixel]!;
    const wanted = truth[pixel]!;
    if (found === wanted) return wanted === 0 ? [16, 16, 16] : errorColors.hit;
    if (wanted === 0) return errorColors.extra;
    return found === 0 ? errorColors.missed : errorColors.confused;
  });
}

/** Share of the pixels in [0, 1] by class index. */
export function classShares(mask: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const value of mask) if (value < classes) counts[value]!++;
  return counts.map((count) => count / Math.max(1, mask.length));
}

function paint(pixels: number, colorOf: (pixel: number) => Rgb): Pixels {
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel++) {
    rgba.set(colorOf(pixel), pixel * 4);
    rgba[pixel * 4 + 3] = 255;
  }
  return rgba;
}
