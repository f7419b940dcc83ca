import { expect, test } from 'vitest';
import { classColor } from '../../src/core/image/palette';
import { classShares, errorColors, errorPicture, maskPicture } from '../../webview/overlay/maskPicture';

test('each kind of error has its colour', () => {
  const prediction = Uint8Array.of(0, 1, 1, 0, 2);
  const truth = Uint8Array.of(0, 1, 0, 1, 1);
  const rgba = errorPicture(prediction, truth);
  const colors = Array.from({ length: 5 }, (_, pixel) => [...rgba.slice(pixel * 4, pixel * 4 + 3)]);
  expect(colors.slice(1)).toEqual([
    errorColors.hit,
    errorColors.extra,
    errorColors.missed,
    errorColors.confused,
  ]);
  expect(rgba.filter((_, index) => index % 4 === 3)).toEqual(new Uint8Array(5).fill(255));
});

test('a mask is painted in the class palette', () => {
  expect([...maskPicture(Uint8Array.of(2)).slice(0, 3)]).toEqual([...classColor(2)]);
});

test('shares are of the whole image', () => {
  expect(classShares(Uint8Array.of(0, 0, 1, 2), 3)).toEqual([0.5, 0.25, 0.25]);
});
