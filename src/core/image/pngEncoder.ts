/** @file Picture to PNG: grey, RGB, RGBA or palette, 8 or 16 bits. */
import { zlibSync } from 'fflate';
import { crc32 } from './crc32';
import { PNG_SIGNATURE } from './pngHeader';

/** `Picture`, with an alpha channel allowed; `palette` (RGB triples) makes `data` indexes into it. */
export interface PngSource {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  readonly palette?: Uint8Array;
}

/** @throws RangeError when `data` does not fit the size. */
export function encodePng(source: PngSource): Uint8Array<ArrayBuffer> {
  const { width, height, channels, bitDepth, palette } = source;
  if (source.data.length !== width * height * channels) {
    throw new RangeError(`${source.data.length} samples for a ${width}×${height}×${channels} picture`);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = bitDepth;
  header[9] = palette ? 3 : channels === 1 ? 0 : channels === 3 ? 2 : 6;
  const chunks = [
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', zlibSync(filteredRows(source), { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const bytes = new Uint8Array(8 + chunks.reduce((sum, part) => sum + part.length, 0));
  bytes.set(PNG_SIGNATURE);
  let offset = 8;
  for (const part of chunks) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Filter `Sub` for photographs, none for indexes, whose neighbours are equal or unrelated. */
function filteredRows(source: PngSource): Uint8Array {
  const pixelBytes = (source.channels * source.bitDepth) / 8;
  const rowBytes = source.width * pixelBytes;
  const plain = bigEndianBytes(source.data);
  const sub = !source.palette;
  const rows = new Uint8Array(source.height * (rowBytes + 1));
  for (let y = 0; y < source.height; y++) {
    const line = plain.subarray(y * rowBytes, (y + 1) * rowBytes);
    const target = y * (rowBytes + 1);
    rows[target] = sub ? 1 : 0;
    rows.set(line, target + 1);
    if (!sub) continue;
    for (let i = pixelBytes; i < rowBytes; i++) rows[target + 1 + i] = line[i]! - line[i - pixelBytes]!;
  }
  return rows;
}

function bigEndianBytes(data: Uint8Array | Uint16Array): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const bytes = new Uint8Array(data.length * 2);
  const view = new DataView(bytes.buffer);
  data.forEach((value, index) => {
    view.setUint16(2 * index, value);
  });
  return bytes;
}

/** Length, type, data, and the checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index++) bytes[4 + index] = type.charCodeAt(index);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes, 4, 8 + data.length));
  return bytes;
}
