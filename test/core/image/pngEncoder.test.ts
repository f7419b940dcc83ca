import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { decodeImage, decodeMask } from '../../../src/core/image/decodeImage';
import { paletteBytes } from '../../../src/core/image/palette';
import { encodePng, type PngSource } from '../../../src/core/image/pngEncoder';

/** Another PNG reader reads the same samples back. */
function check(source: PngSource): void {
  const read = decode(encodePng(source), { checkCrc: true });
  expect(read).toMatchObject({ width: source.width, height: source.height, depth: source.bitDepth });
  expect([...read.data]).toEqual([...source.data]);
}

const noise = (count: number, limit: number): number[] =>
  Array.from({ length: count }, (_, index) => (index * 7919 + 13) % limit);

test('grey, RGB and RGBA at 8 and 16 bits', () => {
  for (const channels of [1, 3, 4] as const) {
    check({ width: 7, height: 5, channels, bitDepth: 8, data: Uint8Array.from(noise(35 * channels, 256)) });
    check({
      width: 7,
      height: 5,
      channels,
      bitDepth: 16,
      data: Uint16Array.from(noise(35 * channels, 65536)),
    });
  }
});

test('a palette picture reads back as indexes or as colours', () => {
  const data = Uint8Array.of(0, 1, 2, 1);
  const png = encodePng({ width: 2, height: 2, channels: 1, bitDepth: 8, data, palette: paletteBytes(3) });
  expect(decodeMask(png)).toMatchObject({ ok: { channels: 1, data } });
  const colors = decodeImage(png);
  expect([...('ok' in colors ? colors.ok.data : [])]).toEqual([
    0, 0, 0, 230, 159, 0, 86, 180, 233, 230, 159, 0,
  ]);
});

test('samples that do not fit the size are refused', () => {
  expect(() => encodePng({ width: 2, height: 2, channels: 3, bitDepth: 8, data: new Uint8Array(4) })).toThrow(
    /2×2×3/,
  );
});
