/**
 * @file Colours of classes in overlays and saved masks: Okabe and Ito's palette, told apart in every common form of
 * colour blindness (https://jfly.uni-koeln.de/color/). Class 0 is the background and has no colour.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

const OKABE_ITO: readonly Rgb[] = [
  [230, 159, 0], // orange
  [86, 180, 233], // sky blue
  [0, 158, 115], // bluish green
  [240, 228, 66], // yellow
  [0, 114, 178], // blue
  [213, 94, 0], // vermilion
  [204, 121, 167], // reddish purple
];

/** Colour of class `index` ≥ 1; after seven they repeat, each round darker. Black for the background. */
export function classColor(index: number): Rgb {
  if (index <= 0) return [0, 0, 0];
  const [red, green, blue] = OKABE_ITO[(index - 1) % OKABE_ITO.length]!;
  const round = Math.floor((index - 1) / OKABE_ITO.length);
  const shade = 0.72 ** round;
  return [Math.round(red * shade), Math.round(green * shade), Math.round(blue * shade)];
}

/** RGB triples of classes 0 … count − 1, as a PNG palette wants them. */
export function paletteBytes(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Array.from({ length: count }, (_, index) => classColor(index)).flat());
}
