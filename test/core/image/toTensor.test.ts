import { expect, test } from 'vitest';
import { decodeImage, decodeMask } from '../../../src/core/image/decodeImage';
import { maskToClasses } from '../../../src/core/image/maskToClasses';
import type { Picture } from '../../../src/core/image/picture';
import { toTensor } from '../../../src/core/image/toTensor';
import golden from '../../golden/images.json';

function golden8(name: string, read: typeof decodeImage): Picture {
  const file = golden.cases.find((each) => each.name === name)!.file;
  const decoded = read(Uint8Array.from(Buffer.from(file, 'base64')));
  if ('error' in decoded) throw new Error(decoded.error);
  return decoded.ok;
}

test.each(golden.resized.sizes)('resizes to $height×$width as torchvision with antialias', (expected) => {
  const picture = golden8(golden.resized.image, decodeImage);
  const tensor = toTensor(picture, 3, expected.height, expected.width);
  expect(tensor.length).toBe(expected.values.length);
  expected.values.forEach((value, index) => {
    expect(tensor[index]).toBeCloseTo(value, 5);
  });
});

test.each(golden.nearest.sizes)('masks go to $height×$width as Pillow’s nearest', (expected) => {
  const mask = golden8(golden.nearest.image, decodeMask);
  const classes = maskToClasses(mask, { kind: 'index' }, expected.height, expected.width);
  expect([...classes]).toEqual(expected.values);
});

test('16 bits are divided by 65535', () => {
  const picture: Picture = {
    width: 2,
    height: 1,
    channels: 1,
    bitDepth: 16,
    data: Uint16Array.of(65535, 13107),
  };
  expect([...toTensor(picture, 1, 1, 2)]).toEqual([1, Math.fround(0.2)]);
});

test('RGB becomes grey by ITU-R 601 and grey becomes RGB by repetition', () => {
  const red: Picture = { width: 1, height: 1, channels: 3, bitDepth: 8, data: Uint8Array.of(255, 0, 0) };
  expect(toTensor(red, 1, 1, 1)[0]).toBeCloseTo(0.299, 6);
  const grey: Picture = { width: 1, height: 2, channels: 1, bitDepth: 8, data: Uint8Array.of(51, 102) };
  expect([...toTensor(grey, 3, 2, 1)]).toEqual([0.2, 0.4, 0.2, 0.4, 0.2, 0.4].map(Math.fround));
});
