/** @file Picture to the numbers a network reads. */
import { resizeTaps } from '../ops/resizeTaps';
import type { Picture } from './picture';
import { pillowResize } from './pillowResize';
import { resizePlane } from './resizePlane';

/**
 * Float32 in [0, 1], channels × height × width. For 8-bit pictures these are the very numbers that Pillow's
 * `convert` and torchvision's `Resize` and `ToTensor` give; 16-bit ones, which Pillow cannot resize, go the same way
 * without rounding in between. RGB becomes grey by ITU-R 601 (0.299 R + 0.587 G + 0.114 B), grey becomes RGB by
 * repetition; each channel past the third repeats the last one.
 */
export function toTensor(
  picture: Picture,
  channels: number,
  height: number,
  width: number,
): Float32Array<ArrayBuffer> {
  const size = height * width;
  const tensor = new Float32Array(channels * size);
  const stored = planes(picture, channels);
  const greatest = 2 ** picture.bitDepth - 1;
  stored.forEach((plane, index) => {
    const target = tensor.subarray(index * size, (index + 1) * size);
    resize(plane, picture, height, width, target);
    for (let pixel = 0; pixel < size; pixel++) target[pixel] = target[pixel]! / greatest;
  });
  for (let channel = stored.length; channel < channels; channel++) {
    tensor.copyWithin(channel * size, (stored.length - 1) * size, stored.length * size);
  }
  return tensor;
}

type Samples = Uint8Array | Uint16Array;

/** One plane for a grey result or a grey source, else three. */
function planes({ data, channels: stored }: Picture, channels: number): Samples[] {
  if (stored === 1) return [data];
  const newPlane = (): Samples =>
    data instanceof Uint16Array ? new Uint16Array(data.length / 3) : new Uint8Array(data.length / 3);
  if (channels === 1) {
    const grey = newPlane();
    for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
      // Pillow's fixed-point form of the formula; divided, since 16 bits would overflow a shift.
      grey[pixel] = Math.floor(
        (19595 * data[at]! + 38470 * data[at + 1]! + 7471 * data[at + 2]! + 0x8000) / 0x10000,
      );
    }
    return [grey];
  }
  return [0, 1, 2].slice(0, channels).map((channel) => {
    const plane = newPlane();
    for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = data[3 * pixel + channel]!;
    return plane;
  });
}

function resize(plane: Samples, picture: Picture, height: number, width: number, target: Float32Array): void {
  if (plane instanceof Uint8Array)
    target.set(pillowResize(plane, picture.width, picture.height, width, height));
  else if (picture.width === width && picture.height === height) target.set(plane);
  else {
    const columns = resizeTaps(picture.width, width, 'bilinear', false, true);
    const rows = resizeTaps(picture.height, height, 'bilinear', false, true);
    resizePlane(Float32Array.from(plane), picture.width, columns, rows, target);
  }
}
