import { expect, test } from 'vitest';
import type { MaskEncoding } from '../../../src/core/dataset/dataset';
import { maskToClasses } from '../../../src/core/image/maskToClasses';
import type { Picture } from '../../../src/core/image/picture';

function check(
  data: Uint8Array | Uint16Array,
  encoding: MaskEncoding,
  expected: number[],
  channels: 1 | 3 = 1,
): void {
  const width = data.length / channels;
  const bitDepth = data instanceof Uint16Array ? 16 : 8;
  const picture: Picture = { width, height: 1, channels, bitDepth, data };
  expect([...maskToClasses(picture, encoding, 1, width)]).toEqual(expected);
}

test('binary: above half of the maximum', () => {
  check(Uint8Array.of(0, 127, 128, 255), { kind: 'binary', maximum: 255 }, [0, 0, 1, 1]);
  check(Uint8Array.of(0, 1), { kind: 'binary', maximum: 1 }, [0, 1]);
  check(Uint16Array.of(0, 40000, 65535), { kind: 'binary', maximum: 65535 }, [0, 1, 1]);
  check(Uint8Array.of(0, 0, 0, 255, 255, 255, 200, 0, 0), { kind: 'binary', maximum: 255 }, [0, 1, 1], 3);
});

test('binary without a maximum takes the mask’s own', () => {
  check(Uint8Array.of(0, 1, 2, 3), { kind: 'binary' }, [0, 0, 1, 1]);
});

test('index: as they are, 255 (not labelled) being background', () => {
  check(Uint8Array.of(0, 7, 20, 255), { kind: 'index' }, [0, 7, 20, 0]);
});

test('values: the nearest listed one', () => {
  check(Uint8Array.of(0, 85, 170, 90, 250), { kind: 'values', values: [0, 85, 170] }, [0, 1, 2, 1, 2]);
});

test('colors: the nearest listed one', () => {
  const data = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 255, 250, 4, 0);
  check(data, { kind: 'colors', values: [0x000000, 0x0000ff, 0xff0000] }, [0, 2, 1, 2], 3);
});
