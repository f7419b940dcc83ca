import { expect, test } from 'vitest';
import { decodeImage, decodeMask } from '../../../src/core/image/decodeImage';
import { maskToClasses } from '../../../src/core/image/maskToClasses';
import type { Picture } from '../../../src/core/image/picture';
import { toTensor } from '../../../src/core/image/toTensor';
import golden from '../../golden/images.json';

function goldenPicture(name: string, read: typeof decodeImage): Picture {
  const file = golden.cases.find((each) => each.name === name)!.file;
  const decoded = read(Uint8Array.from(Buffer.from(file, 'base64')));
  if ('error' in decoded) throw new Error(decoded.error);
  return decoded.ok;
}

test.each(golden.resized.sizes)(
  '$channels×$height×$width is what torchvision’s Resize and ToTensor give',
  (expected) => {
    const { channels, height, width, values } = expected;
    const tensor = toTensor(goldenPicture(golden.resized.image, decodeImage), channels, height, width);
    const bytes = [...Buffer.from(values, 'base64')];
    expect([...tensor]).toEqual(bytes.map((value) => Math.fround(value / 255)));
  },
);

test.each(golden.deepResized.sizes)('16 bits go to $height×$width as a tensor with antialias', (expected) => {
  const picture = goldenPicture(golden.deepResized.image, decodeImage);
  const tensor = toTensor(picture, 1, expected.height, expected.width);
  expect(tensor.length).toBe(expected.values.length);
  expected.values.forEach((value, index) => {
    expect(tensor[index]).toBeCloseTo(value, 5);
  });
});

test.each(golden.nearest.sizes)('masks go to $height×$width as Pillow’s nearest', (expected) => {
  const mask = goldenPicture(golden.nearest.image, decodeMask);
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
  expect(toTensor(red, 1, 1, 1)[0]).toBe(Math.fround(76 / 255));
  const grey: Picture = { width: 1, height: 2, channels: 1, bitDepth: 8, data: Uint8Array.of(51, 102) };
  expect([...toTensor(grey, 3, 2, 1)]).toEqual([0.2, 0.4, 0.2, 0.4, 0.2, 0.4].map(Math.fround));
});
