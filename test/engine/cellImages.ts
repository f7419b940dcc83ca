/** @file Small images of discs with their masks, as PNG files in memory: a dataset for tests that train. */
import type { SegmentationSample } from '../../src/core/dataset/dataset';
import { encodePng } from '../../src/core/image/pngEncoder';

export interface CellImages {
  readonly samples: readonly SegmentationSample[];
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** One bright disc on a dark, striped ground in each of `count` images of `size`². */
export function cellImages(count: number, size: number): CellImages {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const samples = Array.from({ length: count }, (_, index): SegmentationSample => {
    const image = `images/cell ${index}.png`;
    const mask = `masks/cell ${index}.png`;
    const [cx, cy, radius] = [(index * 7) % size, (index * 11) % size, size / 5 + (index % 3)];
    const picture = new Uint8Array(size * size);
    const truth = new Uint8Array(size * size);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const inside = (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2;
        picture[y * size + x] = (inside ? 170 : 40) + ((x * 13 + y * 7 + index) % 30);
        truth[y * size + x] = inside ? 255 : 0;
      }
    }
    const png = { width: size, height: size, channels: 1, bitDepth: 8 } as const;
    files.set(image, encodePng({ ...png, data: picture }));
    files.set(mask, encodePng({ ...png, data: truth }));
    return { kind: 'segmentation', image, mask };
  });
  const read = (path: string) => {
    const bytes = files.get(path);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`${path} does not exist`));
  };
  return { samples, files, read };
}
