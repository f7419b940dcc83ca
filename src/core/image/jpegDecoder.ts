/**
 * @file JPEG to samples: baseline and progressive, grey, YCbCr, RGB and CMYK, turned upright by EXIF.
 *
 * Written here because training data must be the numbers that PyTorch's loaders give: samples equal libjpeg-turbo's
 * bit for bit, where small JavaScript decoders differ by a few levels and repeat chroma instead of interpolating it.
 */
import { HuffmanTable, JpegError } from './jpegBits';
import { combine, jpegColors } from './jpegColors';
import { readJpegHeader } from './jpegHeader';
import { inverseTransform, upsample } from './jpegSamples';
import { type Component, decodeScan, type Frame, type Scan, ZIGZAG } from './jpegScan';
import { type ImageResult, imageError, type Picture } from './picture';

/** Each scan may visit every block; honest progressive files have about ten. */
const MOST_SCANS = 200;

export function decodeJpeg(bytes: Uint8Array): ImageResult<Picture> {
  const header = readJpegHeader(bytes);
  if ('error' in header) return header;
  try {
    const { frame, data } = new JpegReader(bytes).read();
    return { ok: upright(frame.width, frame.height, header.ok.channels, data, header.ok.orientation) };
  } catch (cause) {
    if (cause instanceof JpegError) return imageError(cause.code, cause.message);
    throw cause;
  }
}

class JpegReader {
  private readonly view: DataView;
  private readonly quantization: Int32Array[] = [];
  private readonly dcTables: HuffmanTable[] = [];
  private readonly acTables: HuffmanTable[] = [];
  private frame: Frame | null = null;
  private restartInterval = 0;
  private jfif = false;
  private adobe: number | null = null;
  private scans = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): { frame: Frame; data: Uint8Array } {
    for (let position = 2; ; ) {
      position = this.nextMarker(position);
      const marker = this.bytes[position + 1]!;
      if (marker === 0xd9) break;
      if (position + 4 > this.bytes.length)
        throw new JpegError('truncated', 'the JPEG ends inside a segment');
      const end = position + 2 + this.view.getUint16(position + 2);
      if (end > this.bytes.length) throw new JpegError('truncated', 'the JPEG ends inside a segment');
      const segment = this.bytes.subarray(position + 4, end);
      position = marker === 0xda ? this.readScan(segment, end) : end;
      if (marker !== 0xda) this.readSegment(marker, segment);
    }
    if (!this.frame || this.scans === 0) throw new JpegError('truncated', 'the JPEG holds no picture');
    return { frame: this.frame, data: this.picture(this.frame) };
  }

  /** Position of the next 0xFF that begins a marker; fill bytes and what is left of a scan are passed over. */
  private nextMarker(from: number): number {
    for (let position = from; position + 1 < this.bytes.length; position++) {
      if (this.bytes[position] !== 0xff) continue;
      const marker = this.bytes[position + 1]!;
      const isStandalone = marker === 0 || marker === 0xff || marker === 1 || (marker & 0xf8) === 0xd0;
      if (!isStandalone) return position;
    }
    throw new JpegError('truncated', 'the JPEG ends before its end marker');
  }

  private readSegment(marker: number, segment: Uint8Array): void {
    if (marker === 0xdb) this.readQuantization(segment);
    else if (marker === 0xc4) this.readHuffman(segment);
    else if (marker >= 0xc0 && marker <= 0xc2) this.readFrame(segment, marker === 0xc2);
    else if (marker === 0xdd) this.restartInterval = (byteAt(segment, 0) << 8) | byteAt(segment, 1);
    else if (marker === 0xe0 && startsWith(segment, 'JFIF')) this.jfif = true;
    else if (marker === 0xee && startsWith(segment, 'Adobe')) this.adobe = byteAt(segment, 11);
  }

  private readQuantization(segment: Uint8Array): void {
    for (let at = 0; at < segment.length; ) {
      const kind = byteAt(segment, at++);
      const table = new Int32Array(64);
      for (let k = 0; k < 64; k++) {
        if (kind >> 4) table[ZIGZAG[k]!] = (byteAt(segment, at++) << 8) | byteAt(segment, at++);
        else table[ZIGZAG[k]!] = byteAt(segment, at++);
      }
      this.quantization[kind & 15] = table;
    }
  }

  private readHuffman(segment: Uint8Array): void {
    for (let at = 0; at < segment.length; ) {
      const kind = byteAt(segment, at);
      byteAt(segment, at + 16);
      const counts = segment.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      at += 17;
      if (total > 256 || at + total > segment.length)
        throw new JpegError('damaged', 'a Huffman table is cut short');
      const table = new HuffmanTable(counts, segment.subarray(at, at + total));
      if (kind >> 4) this.acTables[kind & 15] = table;
      else this.dcTables[kind & 15] = table;
      at += total;
    }
  }

  /** Size and kind were checked with the header. */
  private readFrame(segment: Uint8Array, progressive: boolean): void {
    if (this.frame) throw new JpegError('damaged', 'the JPEG holds more than one picture');
    const height = (byteAt(segment, 1) << 8) | byteAt(segment, 2);
    const width = (byteAt(segment, 3) << 8) | byteAt(segment, 4);
    const layouts = Array.from({ length: byteAt(segment, 5) }, (_, index) => {
      const at = 6 + 3 * index;
      const sampling = byteAt(segment, at + 1);
      return {
        id: byteAt(segment, at),
        h: sampling >> 4,
        v: sampling & 15,
        quantization: byteAt(segment, at + 2),
      };
    });
    if (layouts.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) {
      throw new JpegError('damaged', 'the JPEG claims a sampling factor outside 1…4');
    }
    const maxH = Math.max(...layouts.map(({ h }) => h));
    const maxV = Math.max(...layouts.map(({ v }) => v));
    const mcusWide = Math.ceil(width / (8 * maxH));
    const mcusHigh = Math.ceil(height / (8 * maxV));
    const blocks = layouts.reduce((sum, { h, v }) => sum + mcusWide * h * mcusHigh * v, 0);
    if (blocks > 8 * this.bytes.length) {
      // No code is shorter than a bit, and every block has at least one.
      throw new JpegError('truncated', 'the JPEG holds less data than its size needs');
    }
    const components = layouts.map((layout): Component => {
      const blocksWide = mcusWide * layout.h;
      const blocksHigh = mcusHigh * layout.v;
      return {
        ...layout,
        width: Math.ceil((width * layout.h) / maxH),
        height: Math.ceil((height * layout.v) / maxV),
        blocksWide,
        blocksHigh,
        coefficients: new Int16Array(blocksWide * blocksHigh * 64),
      };
    });
    this.frame = { width, height, progressive, components, mcusWide, mcusHigh };
  }

  private readScan(segment: Uint8Array, position: number): number {
    const { frame } = this;
    if (!frame) throw new JpegError('damaged', 'the JPEG has data before its frame header');
    if (++this.scans > MOST_SCANS)
      throw new JpegError('damaged', `the JPEG has more than ${MOST_SCANS} scans`);
    const count = byteAt(segment, 0);
    const components = Array.from({ length: count }, (_, index) => {
      const id = byteAt(segment, 1 + 2 * index);
      const tables = byteAt(segment, 2 + 2 * index);
      const component = frame.components.find((each) => each.id === id);
      if (!component)
        throw new JpegError('damaged', `the JPEG refers to component ${id}, which it does not have`);
      return { component, dc: this.dcTables[tables >> 4], ac: this.acTables[tables & 15] };
    });
    const [start, end, approximation] = [0, 1, 2].map((index) => byteAt(segment, 1 + 2 * count + index)) as [
      number,
      number,
      number,
    ];
    const isSound = count > 0 && start <= end && end < 64 && !(frame.progressive && start > 0 && count > 1);
    if (!isSound) throw new JpegError('damaged', 'the JPEG has a scan that makes no sense');
    const { restartInterval } = this;
    const scan: Scan = {
      components,
      start,
      end,
      high: approximation >> 4,
      low: approximation & 15,
      restartInterval,
    };
    return decodeScan(this.bytes, position, frame, scan);
  }

  private picture(frame: Frame): Uint8Array {
    const { components, width, height } = frame;
    const maxH = Math.max(...components.map(({ h }) => h));
    const maxV = Math.max(...components.map(({ v }) => v));
    const planes = components.map((component) => {
      const quantization = this.quantization[component.quantization];
      if (!quantization)
        throw new JpegError('damaged', 'the JPEG refers to a quantization table that it does not have');
      const [horizontal, vertical] = [maxH / component.h, maxV / component.v];
      if (!Number.isInteger(horizontal) || !Number.isInteger(vertical)) {
        throw new JpegError('damaged', 'the JPEG has sampling factors that do not divide each other');
      }
      return upsample(inverseTransform(component, quantization), horizontal, vertical);
    });
    const ids = components.map(({ id }) => id);
    return combine(planes, jpegColors(ids, this.jfif, this.adobe), width, height);
  }
}

function byteAt(segment: Uint8Array, index: number): number {
  const byte = segment[index];
  if (byte === undefined) throw new JpegError('damaged', 'a segment of the JPEG is shorter than it must be');
  return byte;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => segment[index] === letter.charCodeAt(0));
}

/** Where the upright pixel (x, y) of a w×h picture lies in the stored one, by EXIF orientation. */
const STORED_AT: Readonly<
  Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>
> = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _w, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w) => [y, w - 1 - x],
  7: (x, y, w, h) => [h - 1 - y, w - 1 - x],
  8: (x, y, _w, h) => [h - 1 - y, x],
};

function upright(
  storedWidth: number,
  storedHeight: number,
  channels: 1 | 3,
  stored: Uint8Array,
  orientation: number,
): Picture {
  const storedAt = STORED_AT[orientation];
  if (!storedAt) return { width: storedWidth, height: storedHeight, channels, bitDepth: 8, data: stored };
  const [width, height] = orientation >= 5 ? [storedHeight, storedWidth] : [storedWidth, storedHeight];
  const data = new Uint8Array(stored.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [storedX, storedY] = storedAt(x, y, width, height);
      const source = (storedY * storedWidth + storedX) * channels;
      for (let channel = 0; channel < channels; channel++) data[target++] = stored[source + channel]!;
    }
  }
  return { width, height, channels, bitDepth: 8, data };
}
