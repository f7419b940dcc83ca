/** @file Picture to the numbers a network reads. */
import { resizeTaps } from '../ops/resizeTaps';
import type { Picture } from './picture';
import { resizePlane } from './resizePlane';

/**
 * Float32 in [0, 1], channels × height × width, as torchvision's `ToTensor` and a bilinear `resize` with antialias
 * give it. RGB becomes grey by ITU-R 601 (0.299 R + 0.587 G + 0.114 B), grey becomes RGB by repetition; each channel
 * past the third repeats the last one.
 */
export function toTensor(
  picture: Picture,
  channels: number,
  height: number,
  width: number,
): Float32Array<ArrayBuffer> {
  const stored = planes(picture, channels);
  const tensor = new Float32Array(channels * height * width);
  const size = height * width;
  if (picture.width === width && picture.height === height) {
    stored.forEach((plane, index) => {
      tensor.set(plane, index * size);
    });
  } else {
    const columns = resizeTaps(picture.width, width, 'bilinear', false, true);
    const rows = resizeTaps(picture.height, height, 'bilinear', false, true);
    stored.forEach((plane, index) => {
      resizePlane(plane, picture.width, columns, rows, tensor.subarray(index * size, (index + 1) * size));
    });
  }
  for (let channel = stored.length; channel < channels; channel++) {
    tensor.copyWithin(channel * size, (stored.length - 1) * size, stored.length * size);
  }
  return tensor;
}

/** One plane for a grey result or a grey source, else three. */
function planes(picture: Picture, channels: number): Float32Array[] {
  const { data } = picture;
  const pixels = picture.width * picture.height;
  const scale = 1 / (2 ** picture.bitDepth - 1);
  if (picture.channels === 1) return [Float32Array.from(data, (value) => value * scale)];
  if (channels === 1) {
    const grey = new Float32Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = 3 * pixel;
      grey[pixel] = (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) * scale;
    }
    return [grey];
  }
  return [0, 1, 2].slice(0, channels).map((channel) => {
    const plane = new Float32Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) plane[pixel] = data[3 * pixel + channel]! * scale;
    return plane;
  });
}
