/** @file PNG's signature and IHDR chunk: https://www.w3.org/TR/png-3/#11IHDR */
import { checkSize, type ImageHeader, type ImageResult, imageError } from './picture';

export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples a pixel and bit depths allowed, by colour type. */
const COLOR_TYPES: Readonly<
  Record<number, { readonly channels: 1 | 2 | 3 | 4; readonly depths: readonly number[] }>
> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

export interface PngHeader extends ImageHeader {
  readonly interlaced: boolean;
}

export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, index) => bytes[index] === byte);
}

export function readPngHeader(bytes: Uint8Array): ImageResult<PngHeader> {
  if (bytes.length < 29) return imageError('truncated', 'the PNG ends inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== 0x49484452) {
    return imageError('damaged', 'the PNG does not begin with an IHDR chunk');
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [bitDepth, colorType, compression, filter, interlace] = [...bytes.subarray(24, 29)] as [
    number,
    number,
    number,
    number,
    number,
  ];
  const layout = COLOR_TYPES[colorType];
  if (!layout?.depths.includes(bitDepth)) {
    return imageError(
      'damaged',
      `the PNG claims colour type ${colorType} with ${bitDepth} bits, which PNG has not`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    return imageError('damaged', 'the PNG claims a compression, filter or interlace method that PNG has not');
  }
  const wrongSize = checkSize(width, height);
  if (wrongSize) return wrongSize;
  const palette = colorType === 3;
  return {
    ok: {
      format: 'png',
      width,
      height,
      storedChannels: layout.channels,
      channels: palette || layout.channels >= 3 ? 3 : 1,
      bitDepth,
      palette,
      orientation: 1,
      interlaced: interlace === 1,
    },
  };
}
