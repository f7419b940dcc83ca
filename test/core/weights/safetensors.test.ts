import { describe, expect, test } from 'vitest';
import {
  readSafetensors,
  type SafetensorsFile,
  tensorValues,
  writeSafetensors,
} from '../../../src/core/weights/safetensors';

function read(bytes: Uint8Array): SafetensorsFile {
  const result = readSafetensors(bytes);
  if (!result.ok) throw new Error(result.problem.message);
  return result.file;
}

/** A file with this header and so many bytes of data. */
function fileWith(header: unknown, dataBytes: number, claimedLength?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(claimedLength ?? text.length), true);
  file.set(text, 8);
  return file;
}

test('every dtype comes back', () => {
  const bytes = writeSafetensors([
    { name: 'f64', dtype: 'F64', shape: [2], values: [0.5, -3] },
    { name: 'f32', dtype: 'F32', shape: [2, 1], values: [1.5, Number.NEGATIVE_INFINITY] },
    { name: 'f16', dtype: 'F16', shape: [5], values: [1, -2.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY] },
    { name: 'bf16', dtype: 'BF16', shape: [2], values: [-1.5, 2 ** 100] },
    { name: 'i64', dtype: 'I64', shape: [], values: [-7] },
    { name: 'i32', dtype: 'I32', shape: [1], values: [2 ** 31 - 1] },
    { name: 'u8', dtype: 'U8', shape: [3], values: [0, 128, 255] },
    { name: 'bool', dtype: 'BOOL', shape: [2], values: [1, 0] },
    { name: 'empty', dtype: 'F32', shape: [0, 4], values: [] },
  ]);
  const { tensors } = read(bytes);
  const values = Object.fromEntries([...tensors].map(([name, entry]) => [name, [...tensorValues(entry)]]));
  expect(values).toEqual({
    f64: [0.5, -3],
    f32: [1.5, Number.NEGATIVE_INFINITY],
    f16: [1, -2.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY],
    bf16: [-1.5, 2 ** 100],
    i64: [-7],
    i32: [2 ** 31 - 1],
    u8: [0, 128, 255],
    bool: [1, 0],
    empty: [],
  });
});

test('half precision rounds to the nearest, ties to even', () => {
  const values = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 1.5 * 2 ** -25, 2 ** -25, 2047.99, 0.1];
  const { tensors } = read(writeSafetensors([{ name: 'x', dtype: 'F16', shape: [8], values }]));
  expect([...tensorValues(tensors.get('x')!)]).toEqual([
    1,
    1 + 2 ** -9,
    65504,
    Number.POSITIVE_INFINITY,
    2 ** -24,
    0,
    2048,
    0.0999755859375,
  ]);
});

test('the header keeps the order given and the data is aligned without gaps', () => {
  const bytes = writeSafetensors(
    [
      { name: 'mask', dtype: 'U8', shape: [3], values: [1, 2, 3] },
      { name: 'weight', dtype: 'F32', shape: [2], values: [4, 5] },
      { name: 'count', dtype: 'I64', shape: [], values: [6] },
    ],
    { format: 'pt' },
  );
  const { tensors, metadata } = read(bytes);
  expect([...tensors.keys()]).toEqual(['mask', 'weight', 'count']);
  expect(metadata).toEqual({ format: 'pt' });
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerLength % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  expect(header.count.data_offsets).toEqual([0, 8]);
  expect(header.weight.data_offsets).toEqual([8, 16]);
  expect(header.mask.data_offsets).toEqual([16, 19]);
});

test('values that do not fill the shape are the caller’s mistake', () => {
  expect(() => writeSafetensors([{ name: 'w', dtype: 'F32', shape: [2, 2], values: [1] }])).toThrow(
    "'w' has 1 values; its shape is [2, 2]",
  );
});

describe('what is wrong with a file is told', () => {
  const tensor = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const cases: [string, Uint8Array, string][] = [
    ['too short', new Uint8Array(3), 'a safetensors file has at least 8 bytes; this one has 3'],
    [
      'a huge header length',
      fileWith({}, 0, 2 ** 40),
      'the header claims 1099511627776 bytes; the file has 2',
    ],
    [
      'another format',
      new TextEncoder().encode('PK\u0003\u0004 a zip archive of pickles'),
      'the header claims',
    ],
    ['no JSON', fileWith('{"a":', 0), 'the header is not JSON'],
    ['no object', fileWith('[1]', 0), 'the header is not a JSON object'],
    ['no entry', fileWith({ a: 5 }, 0), "tensor 'a' is not described by an object"],
    [
      'a dtype we lack',
      fileWith({ a: { ...tensor, dtype: 'F8_E4M3' } }, 8),
      'tensor \'a\' has dtype "F8_E4M3"',
    ],
    [
      'a prototype’s name as dtype',
      fileWith({ a: { ...tensor, dtype: 'toString' } }, 8),
      'has dtype "toString"',
    ],
    ['a negative size', fileWith({ a: { ...tensor, shape: [-2] } }, 8), "tensor 'a' has shape [-2]"],
    ['no offsets', fileWith({ a: { ...tensor, data_offsets: [0] } }, 8), "tensor 'a' has data_offsets [0]"],
    [
      'a cut file',
      fileWith({ a: tensor }, 5),
      "tensor 'a' ends at byte 8; the file holds 5 bytes of data: it is cut off",
    ],
    [
      'a size that is a lie',
      fileWith({ a: { ...tensor, shape: [2 ** 40, 2 ** 40] } }, 8),
      "tensor 'a' has 8 bytes; F32 of shape [1099511627776, 1099511627776] takes",
    ],
    ['reversed offsets', fileWith({ a: { ...tensor, data_offsets: [8, 0] } }, 8), "tensor 'a' has -8 bytes"],
    ['overlap', fileWith({ a: tensor, b: tensor }, 8), "tensor 'b' starts at byte 0; byte 8 is expected"],
    ['bytes that nothing uses', fileWith({ a: tensor }, 12), 'the tensors end at byte 8; the file holds 12'],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    const result = readSafetensors(bytes);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.problem.message).toContain(message);
      expect(result.problem.hint).not.toBe('');
    }
  });
});

test('a file cut anywhere is refused and never throws', () => {
  const whole = writeSafetensors([{ name: 'w', dtype: 'F32', shape: [4], values: [1, 2, 3, 4] }], { a: 'b' });
  for (let length = 0; length < whole.length; length++) {
    expect(readSafetensors(whole.subarray(0, length)).ok, `${length} bytes`).toBe(false);
  }
  expect(readSafetensors(whole).ok).toBe(true);
});
