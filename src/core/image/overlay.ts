/** @file Pictures for people: RGBA at 8 bits, and class colours laid over them. */
import { classColor } from './palette';
import type { Picture } from './picture';

/** RGBA, width × height × 4, opaque; 16 bits become 8 by dropping the low byte. */
export function toRgba(picture: Picture): Uint8Array<ArrayBuffer> {
  const pixels = picture.width * picture.height;
  const shift = picture.bitDepth - 8;
  const green = picture.channels === 3 ? 1 : 0;
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const source = pixel * picture.channels;
    rgba[4 * pixel] = picture.data[source]! >> shift;
    rgba[4 * pixel + 1] = picture.data[source + green]! >> shift;
    rgba[4 * pixel + 2] = picture.data[source + 2 * green]! >> shift;
    rgba[4 * pixel + 3] = 255;
  }
  return rgba;
}

/**
 * A copy of `rgba` with each pixel whose class is not 0 tinted in its colour, and the edge of each region drawn
 * fully, so that a mask shows on bright and dark ground alike.
 * @param mask one class index a pixel, width × height
 * @param opacity of the tint, in [0, 1]
 */
export function overlayMask(
  rgba: Uint8Array,
  mask: Uint8Array,
  width: number,
  opacity = 0.4,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(rgba);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const index = mask[pixel]!;
    if (index === 0) continue;
    const x = pixel % width;
    const isEdge =
      (x > 0 && mask[pixel - 1] !== index) ||
      (x < width - 1 && mask[pixel + 1] !== index) ||
      (pixel >= width && mask[pixel - width] !== index) ||
      (pixel + width < mask.length && mask[pixel + width] !== index);
    const weight = isEdge ? 1 : opacity;
    const color = classColor(index);
    for (let channel = 0; channel < 3; channel++) {
      const at = 4 * pixel + channel;
      result[at] = Math.round(result[at]! * (1 - weight) + color[channel]! * weight);
    }
  }
  return result;
}
