/** @file Datasets on disk, drawn by formulas: cells with masks, and bars in class folders. */
import { encodePng } from '../../src/core/image/pngEncoder';
import { writeFiles } from '../disk/temporaryFolder';
import { cellImages } from '../engine/cellImages';

/** `count` images with masks, below `folder`/images and `folder`/masks. */
export function writeCells(folder: string, count: number, size: number): void {
  writeFiles(folder, Object.fromEntries(cellImages(count, size).files));
}

export function greyPng(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): Uint8Array<ArrayBuffer> {
  const data = Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return encodePng({ width, height, channels: 1, bitDepth: 8, data });
}

/** Upright and level bars of `size`², `count` in each of two folders. */
export function writeBars(folder: string, count: number, size: number): void {
  for (let k = 0; k < count; k++) {
    const at = (k * 5) % size;
    const bar = (position: number) => (Math.abs(position - at) <= 2 ? 220 : 30 + ((position * 7 + k) % 20));
    writeFiles(folder, {
      [`level/bar ${k}.png`]: greyPng(size, size, (_, y) => bar(y)),
      [`upright/bar ${k}.png`]: greyPng(size, size, (x) => bar(x)),
    });
  }
}

/** An experiment's text, with the seed U-Net on cells of 32×32 unless told otherwise. */
export function experimentText(over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    model: 'seed_unet.py:UNET',
    args: { in_channels: 1, out_channels: 1, features: [4] },
    dataset: 'cells',
    epochs: 2,
    batchSize: 4,
    device: 'wasm',
    ...over,
  });
}
