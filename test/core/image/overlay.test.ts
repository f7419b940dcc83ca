import { expect, test } from 'vitest';
import { overlayMask, toRgba } from '../../../src/core/image/overlay';
import { classColor } from '../../../src/core/image/palette';

test('16-bit grey becomes opaque 8-bit RGBA', () => {
  const data = Uint16Array.of(0, 65535, 0x8000);
  expect([...toRgba({ width: 3, height: 1, channels: 1, bitDepth: 16, data })]).toEqual([
    0, 0, 0, 255, 255, 255, 255, 255, 128, 128, 128, 255,
  ]);
});

test('a region is tinted inside and drawn fully at its edge; background is untouched', () => {
  const width = 5;
  const rgba = new Uint8Array(width * width * 4).fill(100);
  const mask = new Uint8Array(width * width);
  for (let y = 1; y < 4; y++) mask.fill(1, y * width + 1, y * width + 4);
  const overlaid = overlayMask(rgba, mask, width, 0.5);
  const at = (x: number, y: number): number[] => [
    ...overlaid.subarray(4 * (y * width + x), 4 * (y * width + x) + 3),
  ];
  expect(at(0, 0)).toEqual([100, 100, 100]);
  expect(at(1, 1)).toEqual([...classColor(1)]);
  expect(at(2, 2)).toEqual([165, 130, 50]);
});

test('the first eight classes have eight colours', () => {
  const colors = new Set(Array.from({ length: 8 }, (_, index) => classColor(index).join()));
  expect(colors.size).toBe(8);
});
