import { describe, expect, test } from 'vitest';
import { decodeImage, decodeMask } from '../../../src/core/image/decodeImage';
import { readImageHeader } from '../../../src/core/image/imageHeader';
import golden from '../../golden/images.json';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const fileOf = (name: string): Uint8Array => {
  const found = golden.cases.find((each) => each.name === name);
  if (!found) throw new Error(`no golden named ${name}`);
  return bytesOf(found.file);
};

function samplesOf(base64: string, bitDepth = 8): number[] {
  const bytes = Buffer.from(base64, 'base64');
  if (bitDepth === 8) return [...bytes];
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(2 * index));
}

describe('decodeImage reads what Pillow reads', () => {
  for (const expected of golden.cases) {
    test(expected.name, () => {
      const bytes = bytesOf(expected.file);
      const decoded = decodeImage(bytes);
      if ('error' in decoded) throw new Error(decoded.error);
      const { data, ...shape } = decoded.ok;
      const { width, height, channels, bitDepth } = expected;
      expect(shape).toEqual({ width, height, channels, bitDepth });
      expect([...data]).toEqual(samplesOf(expected.samples, bitDepth));
      expect(readImageHeader(bytes.subarray(0, 700))).toMatchObject({ ok: { width, height, channels } });
    });
  }
});

describe('decodeMask keeps a palette’s indexes', () => {
  for (const expected of golden.cases) {
    if (!('indexes' in expected)) continue;
    test(expected.name, () => {
      const decoded = decodeMask(bytesOf(expected.file));
      expect(decoded).toMatchObject({ ok: { channels: 1 } });
      expect([...('ok' in decoded ? decoded.ok.data : [])]).toEqual(expected.indexes);
    });
  }
});

describe('EXIF orientation', () => {
  for (const expected of golden.turned) {
    test(`${expected.orientation} comes out upright`, () => {
      const decoded = decodeImage(bytesOf(expected.file));
      if ('error' in decoded) throw new Error(decoded.error);
      const { width, height } = expected;
      expect(decoded.ok).toMatchObject({ width, height });
      expect(readImageHeader(bytesOf(expected.file))).toMatchObject({ ok: { width, height } });
      expect([...decoded.ok.data]).toEqual(samplesOf(expected.samples));
    });
  }
});

describe('files that cannot be read say why', () => {
  const check = (bytes: Uint8Array, code: string, message: RegExp): void => {
    const decoded = decodeImage(bytes);
    expect(decoded).toMatchObject({ code, error: expect.stringMatching(message) });
  };
  const changed = (name: string, at: number, value: number): Uint8Array => {
    const bytes = fileOf(name);
    bytes[at] = value;
    return bytes;
  };

  test('empty', () => check(new Uint8Array(0), 'truncated', /empty/));
  test('text', () =>
    check(new TextEncoder().encode('hello, world'), 'not-an-image', /neither a PNG nor a JPEG/));
  test('a TIFF by another name', () =>
    check(Uint8Array.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]), 'unsupported-format', /TIFF/));
  test('a GIF', () => check(new TextEncoder().encode('GIF89a...'), 'unsupported-format', /GIF/));
  test('a flipped bit in the data', () => {
    const bytes = fileOf('rgb');
    check(changed('rgb', bytes.length - 20, bytes[bytes.length - 20]! ^ 1), 'damaged', /checksum/);
  });
  test('a size beyond the limit takes no memory', () => {
    const bytes = fileOf('rgb');
    new DataView(bytes.buffer).setUint32(16, 0x7fffffff);
    check(bytes, 'too-large', /2147483647×9/);
  });
  test('a size that the data cannot hold', () => {
    const bytes = fileOf('one pixel');
    expect(readImageHeader(bytes)).toHaveProperty('ok');
    const decoded = decodeImage(withHeaderSize(bytes, 9000, 9000));
    expect(decoded).toMatchObject({ code: 'truncated' });
  });
  test('every cut of a PNG is an error, never a picture', () => {
    const bytes = fileOf('palette 4 bit');
    for (let end = 0; end < bytes.length; end++)
      expect(decodeImage(bytes.subarray(0, end))).toHaveProperty('error');
  });
  test.each(['jpeg 4:2:0', 'jpeg progressive'])('every cut of a %s is an error', (name) => {
    const bytes = fileOf(name);
    for (let end = 0; end < bytes.length; end++)
      expect(decodeImage(bytes.subarray(0, end))).toHaveProperty('error');
  });
  test.each(['jpeg 4:2:0', 'jpeg progressive 4:2:0', 'rgba', 'palette 4 bit'])(
    'any byte of a %s may be wrong: it never throws',
    (name) => {
      const bytes = fileOf(name);
      for (let index = 0; index < bytes.length; index++) {
        for (const flip of [0x01, 0xff]) {
          const wrong = bytes.slice();
          wrong[index] = wrong[index]! ^ flip;
          const decoded = decodeImage(wrong);
          expect('ok' in decoded || decoded.error.length > 0).toBe(true);
        }
      }
    },
  );
});

/** With a matching checksum, so that only the size is wrong. */
function withHeaderSize(png: Uint8Array, width: number, height: number): Uint8Array {
  const view = new DataView(png.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc(png.subarray(12, 29)));
  return png;
}

/** Bit by bit, independently of the table in the source. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return ~value >>> 0;
}
