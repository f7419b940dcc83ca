/**
 * @file PNG to samples: every colour type and bit depth, interlaced or not (https://www.w3.org/TR/png-3/).
 *
 * Written here and not taken from a library because a training set must not be read wrongly in silence: checksums
 * are checked, short data is an error, and low-bit interlaced files come out right.
 */
import { unzlibSync } from 'fflate';
import { crc32 } from './crc32';
import { type ImageError, type ImageResult, imageError, type Picture } from './picture';
import { type PngHeader, readPngHeader } from './pngHeader';

/** Deflate cannot shrink data by more than this, so a shorter stream cannot hold the size that a header claims. */
const DEFLATE_MAX_RATIO = 1032;

/** `paletteAs: 'indexes'` leaves a palette image as its indexes, which is what a mask is made of. */
export function decodePng(bytes: Uint8Array, paletteAs: 'colors' | 'indexes'): ImageResult<Picture> {
  const header = readPngHeader(bytes);
  if ('error' in header) return header;
  const chunks = readChunks(bytes);
  if ('error' in chunks) return chunks;
  const { compressed, palette } = chunks.ok;
  const passes = header.ok.interlaced ? ADAM7 : WHOLE_IMAGE;
  const expected = passes.reduce((sum, pass) => sum + passBytes(header.ok, pass), 0);
  if (compressed.length * DEFLATE_MAX_RATIO < expected) {
    return imageError('truncated', 'the PNG holds less data than its size needs');
  }
  let inflated: Uint8Array;
  try {
    inflated = unzlibSync(compressed, { out: new Uint8Array(expected) });
  } catch (cause) {
    return imageError('damaged', `the PNG's compressed data is broken (${(cause as Error).message})`);
  }
  if (inflated.length < expected) {
    return imageError(
      'truncated',
      `the PNG holds ${inflated.length} of the ${expected} bytes its size needs`,
    );
  }
  const samples = unpackPasses(header.ok, passes, inflated);
  return 'error' in samples ? samples : toPicture(header.ok, samples.ok, palette, paletteAs);
}

interface Chunks {
  readonly compressed: Uint8Array;
  /** RGB triples. */
  readonly palette: Uint8Array | null;
}

function readChunks(bytes: Uint8Array): ImageResult<Chunks> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | null = null;
  let offset = 8;
  for (;;) {
    if (offset + 12 > bytes.length) return imageError('truncated', 'the PNG ends before its last chunk');
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 12 + length;
    if (end > bytes.length) return imageError('truncated', `the PNG ends inside its ${type} chunk`);
    const critical = (bytes[offset + 4]! & 0x20) === 0;
    if (critical && crc32(bytes, offset + 4, offset + 8 + length) !== view.getUint32(end - 4)) {
      return imageError('damaged', `the PNG's ${type} chunk does not match its checksum`);
    }
    const data = bytes.subarray(offset + 8, offset + 8 + length);
    if (type === 'IDAT') parts.push(data);
    else if (type === 'PLTE') palette = data;
    else if (type === 'IEND') break;
    offset = end;
  }
  if (parts.length === 1) return { ok: { compressed: parts[0]!, palette } };
  const compressed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    compressed.set(part, position);
    position += part.length;
  }
  return { ok: { compressed, palette } };
}

/** One reduced image of an interlaced file: its pixels are those at (x + i·dx, y + j·dy). */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE_IMAGE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

function passSize(header: PngHeader, pass: Pass): { columns: number; rows: number; rowBytes: number } {
  const columns = Math.ceil((header.width - pass.x) / pass.dx);
  const rows = Math.ceil((header.height - pass.y) / pass.dy);
  return { columns, rows, rowBytes: Math.ceil((columns * header.storedChannels * header.bitDepth) / 8) };
}

/** Each row is led by one byte that names its filter; a pass without columns has no rows either. */
function passBytes(header: PngHeader, pass: Pass): number {
  const { columns, rows, rowBytes } = passSize(header, pass);
  return columns > 0 && rows > 0 ? rows * (rowBytes + 1) : 0;
}

type Samples = Uint8Array | Uint16Array;

function unpackPasses(
  header: PngHeader,
  passes: readonly Pass[],
  inflated: Uint8Array,
): ImageResult<Samples> {
  const { width, height, storedChannels, bitDepth } = header;
  const count = width * height * storedChannels;
  const samples = bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const pixelBytes = Math.max(1, (storedChannels * bitDepth) / 8);
  let offset = 0;
  for (const pass of passes) {
    const { columns, rows, rowBytes } = passSize(header, pass);
    if (columns <= 0 || rows <= 0) continue;
    let previous = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; row++) {
      const line = inflated.subarray(offset + 1, offset + 1 + rowBytes);
      const wrong = unfilter(inflated[offset]!, line, previous, pixelBytes);
      if (wrong) return wrong;
      const first = ((pass.y + row * pass.dy) * width + pass.x) * storedChannels;
      unpackLine(line, bitDepth, columns, storedChannels, samples, first, pass.dx * storedChannels);
      previous = line as Uint8Array<ArrayBuffer>;
      offset += rowBytes + 1;
    }
  }
  return { ok: samples };
}

/** Undoes a row's filter in place. a is the byte one pixel to the left, b the one above, c above left. */
function unfilter(
  filter: number,
  line: Uint8Array,
  above: Uint8Array,
  pixelBytes: number,
): ImageError | null {
  const size = line.length;
  switch (filter) {
    case 0:
      return null;
    case 1:
      for (let i = pixelBytes; i < size; i++) line[i] = line[i]! + line[i - pixelBytes]!;
      return null;
    case 2:
      for (let i = 0; i < size; i++) line[i] = line[i]! + above[i]!;
      return null;
    case 3:
      for (let i = 0; i < size; i++) {
        const a = i < pixelBytes ? 0 : line[i - pixelBytes]!;
        line[i] = line[i]! + ((a + above[i]!) >> 1);
      }
      return null;
    case 4:
      for (let i = 0; i < size; i++) {
        const b = above[i]!;
        if (i < pixelBytes) line[i] = line[i]! + b;
        else line[i] = line[i]! + paeth(line[i - pixelBytes]!, b, above[i - pixelBytes]!);
      }
      return null;
    default:
      return imageError('damaged', `the PNG uses row filter ${filter}, which PNG has not`);
  }
}

/** Whichever of a, b, c is nearest to a + b − c, in that order on a tie. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - 2 * c);
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}

function unpackLine(
  line: Uint8Array,
  bitDepth: number,
  columns: number,
  channels: number,
  samples: Samples,
  first: number,
  step: number,
): void {
  for (let column = 0; column < columns; column++) {
    const target = first + column * step;
    for (let channel = 0; channel < channels; channel++) {
      const index = column * channels + channel;
      let value: number;
      if (bitDepth === 8) value = line[index]!;
      else if (bitDepth === 16) value = (line[2 * index]! << 8) | line[2 * index + 1]!;
      else {
        const bit = index * bitDepth;
        value = (line[bit >> 3]! >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
      }
      samples[target + channel] = value;
    }
  }
}

function toPicture(
  header: PngHeader,
  samples: Samples,
  palette: Uint8Array | null,
  paletteAs: 'colors' | 'indexes',
): ImageResult<Picture> {
  const { width, height, storedChannels, bitDepth } = header;
  if (header.palette) {
    if (!palette) return imageError('damaged', 'the PNG refers to a palette that it does not have');
    if (paletteAs === 'indexes') {
      return {
        ok: { width, height, channels: 1, bitDepth: 8, data: samples, palette: new Uint8Array(palette) },
      };
    }
    const colors = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < samples.length; pixel++) {
      const entry = 3 * samples[pixel]!;
      if (entry >= palette.length) {
        return imageError(
          'damaged',
          `the PNG uses colour ${samples[pixel]} of a palette of ${palette.length / 3}`,
        );
      }
      colors[3 * pixel] = palette[entry]!;
      colors[3 * pixel + 1] = palette[entry + 1]!;
      colors[3 * pixel + 2] = palette[entry + 2]!;
    }
    return { ok: { width, height, channels: 3, bitDepth: 8, data: colors } };
  }
  if (bitDepth < 8) {
    // 1, 2 and 4 bits spread over 0…255, as Pillow does.
    const spread = 255 / (2 ** bitDepth - 1);
    return { ok: { width, height, channels: 1, bitDepth: 8, data: samples.map((value) => value * spread) } };
  }
  return {
    ok: {
      width,
      height,
      channels: header.channels,
      bitDepth: bitDepth as 8 | 16,
      data: storedChannels === header.channels ? samples : dropAlpha(samples, storedChannels),
    },
  };
}

function dropAlpha(samples: Samples, storedChannels: number): Samples {
  const kept = storedChannels - 1;
  const count = (samples.length / storedChannels) * kept;
  const colors = samples instanceof Uint16Array ? new Uint16Array(count) : new Uint8Array(count);
  for (let from = 0, to = 0; from < samples.length; from += storedChannels) {
    for (let channel = 0; channel < kept; channel++) colors[to++] = samples[from + channel]!;
  }
  return colors;
}
