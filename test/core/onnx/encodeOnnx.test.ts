import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../src/core/onnx/encodeOnnx';

/** What protobuf shows without a schema: field numbers, nested where the bytes are themselves fields. */
type Wire = { [field: number]: (number | string | Wire)[] };

/** Fields by number; `messages` names those that hold fields, by path. */
function decode(bytes: Uint8Array, messages: ReadonlySet<string>, path = ''): Wire {
  const reader = new BinaryReader(bytes);
  const wire: Wire = {};
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const here = path === '' ? `${field}` : `${path}.${field}`;
    wire[field] ??= [];
    if (type === WireType.Varint) wire[field].push(Number(reader.int64()));
    else if (type === WireType.Bit32) wire[field].push(reader.float());
    else {
      const content = reader.bytes();
      wire[field].push(
        messages.has(here) ? decode(content, messages, here) : new TextDecoder().decode(content),
      );
    }
  }
  return wire;
}

test('a model is written with the field numbers of onnx.proto3', () => {
  const bytes = encodeOnnx({
    name: 'tiny',
    nodes: [
      {
        op: 'LeakyRelu',
        domain: '',
        inputs: ['x'],
        outputs: ['y'],
        attributes: {
          alpha: { float: 0.25 },
          axis: { int: -1 },
          mode: { string: 'a' },
          pads: { ints: [1, 2] },
        },
      },
    ],
    initializers: [],
    inputs: [{ name: 'x', shape: ['batch', 3], type: 'float32' }],
    outputs: [{ name: 'y', shape: [], type: 'int64' }],
    metadata: { run: '7' },
  });
  const messages = ['7', '7.1', '7.1.5', '8', '14'];
  for (const field of ['7.11', '7.12']) messages.push(field, `${field}.2`, `${field}.2.1`, `${field}.2.1.2`);
  messages.push('7.11.2.1.2.1');
  expect(decode(bytes, new Set(messages))).toEqual({
    1: [8],
    2: ['cnn-lab'],
    7: [
      {
        1: [
          {
            1: ['x'],
            2: ['y'],
            3: ['LeakyRelu_0'],
            4: ['LeakyRelu'],
            5: [
              { 1: ['alpha'], 2: [0.25], 20: [1] },
              { 1: ['axis'], 3: [-1], 20: [2] },
              { 1: ['mode'], 4: ['a'], 20: [3] },
              { 1: ['pads'], 8: [1, 2], 20: [7] },
            ],
          },
        ],
        2: ['tiny'],
        11: [{ 1: ['x'], 2: [{ 1: [{ 1: [1], 2: [{ 1: [{ 2: ['batch'] }, { 1: [3] }] }] }] }] }],
        12: [{ 1: ['y'], 2: [{ 1: [{ 1: [7], 2: [{}] }] }] }],
      },
    ],
    8: [{ 1: [''], 2: [17] }],
    14: [{ 1: ['run'], 2: ['7'] }],
  });
});

test('a tensor holds its elements little-endian, and other operator sets are declared', () => {
  const bytes = encodeOnnx({
    name: 'tiny',
    nodes: [{ op: 'FusedMatMul', domain: 'com.microsoft', inputs: ['w'], outputs: ['y'], attributes: {} }],
    initializers: [{ name: 'w', shape: [2, 1], type: 'int64', data: BigInt64Array.of(65n, 66n) }],
    inputs: [],
    outputs: [],
    metadata: {},
  });
  const wire = decode(bytes, new Set(['7', '7.1', '7.5', '8']));
  expect((wire[7]![0] as Wire)[5]).toEqual([
    { 1: [2, 1], 2: [7], 8: ['w'], 9: [`A${'\0'.repeat(7)}B${'\0'.repeat(7)}`] },
  ]);
  expect(wire[8]).toEqual([
    { 1: [''], 2: [17] },
    { 1: ['com.microsoft'], 2: [1] },
  ]);
});
