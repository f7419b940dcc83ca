/** @file A JPEG's frame header and EXIF orientation, found by walking its segments (ITU-T T.81, annex B). */
import { checkSize, type ImageHeader, type ImageResult, imageError } from './picture';

const UNSUPPORTED_FRAMES: Readonly<Record<number, string>> = {
  195: 'lossless',
  197: 'differential',
  198: 'differential',
  199: 'differential',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded',
  203: 'arithmetic-coded',
};

export function readJpegHeader(bytes: Uint8Array): ImageResult<ImageHeader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation = 1;
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    if (bytes[offset] !== 0xff)
      return imageError('damaged', `no JPEG marker at byte ${offset}, where one belongs`);
    const marker = bytes[offset + 1]!;
    if (marker === 0xff) {
      offset += 1; // fill byte
      continue;
    }
    const length = view.getUint16(offset + 2);
    const end = offset + 2 + length;
    if (marker === 0xe1) orientation = exifOrientation(bytes.subarray(offset + 4, end)) ?? orientation;
    if (marker >= 0xc0 && marker <= 0xc2) return frameHeader(view, offset + 4, orientation);
    const unsupported = UNSUPPORTED_FRAMES[marker];
    if (unsupported) {
      return imageError(
        'unsupported-format',
        `${unsupported} JPEG images are not read`,
        'Save it as an ordinary JPEG or as PNG.',
      );
    }
    if (marker === 0xda || marker === 0xd9) return imageError('damaged', 'the JPEG has no frame header');
    offset = end;
  }
  return imageError('truncated', 'the JPEG ends before its frame header');
}

function frameHeader(view: DataView, offset: number, orientation: number): ImageResult<ImageHeader> {
  if (offset + 6 > view.byteLength) return imageError('truncated', 'the JPEG ends inside its frame header');
  const precision = view.getUint8(offset);
  const height = view.getUint16(offset + 1);
  const width = view.getUint16(offset + 3);
  const components = view.getUint8(offset + 5);
  if (precision !== 8) {
    return imageError(
      'unsupported-format',
      `JPEG images of ${precision} bits are not read`,
      'Save it with 8 bits, or as a 16-bit PNG.',
    );
  }
  if (components !== 1 && components !== 3 && components !== 4) {
    return imageError('damaged', `the JPEG claims ${components} colour components`);
  }
  const wrongSize = checkSize(width, height);
  if (wrongSize) return wrongSize;
  const turned = orientation >= 5;
  return {
    ok: {
      format: 'jpeg',
      width: turned ? height : width,
      height: turned ? width : height,
      storedChannels: components,
      channels: components === 1 ? 1 : 3,
      bitDepth: 8,
      palette: false,
      orientation,
    },
  };
}

const ORIENTATION_TAG = 0x0112;

/** Tag 0x0112 of the first directory of an `Exif\0\0` segment; null where there is none. */
function exifOrientation(segment: Uint8Array): number | null {
  const isExif = [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, index) => segment[index] === byte);
  if (!isExif || segment.length < 20) return null;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  const littleEndian = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, littleEndian);
  if (directory + 2 > tiff.byteLength) return null;
  const entries = tiff.getUint16(directory, littleEndian);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + 12 * index;
    if (entry + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(entry, littleEndian) !== ORIENTATION_TAG) continue;
    const value = tiff.getUint16(entry + 8, littleEndian);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}
