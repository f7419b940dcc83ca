/** @file Pinned samples as pictures: image and truth once, the predicted mask for every time it was looked at. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { paletteBytes } from '../core/image/palette';
import { encodePng } from '../core/image/pngEncoder';
import type { PinnedPreview, TrainEvent } from '../core/runs/run';
import { atomicWrite } from './atomicWrite';
import { isThere } from './isThere';

/** Masks are palette PNGs: class indexes for programs, class colours for people. */
export async function writePreviews(
  folder: string,
  event: Extract<TrainEvent, { kind: 'pinned' }>,
  classes: number,
): Promise<void> {
  for (const preview of event.previews) {
    const sample = join(folder, safeName(preview.sample));
    await mkdir(sample, { recursive: true });
    const { width, height, image } = preview;
    await writeOnce(join(sample, 'image.png'), () =>
      encodePng({ width, height, channels: 4, bitDepth: 8, data: image }),
    );
    if (preview.truth) {
      const { truth } = preview;
      await writeOnce(join(sample, 'truth.png'), () => encodeMask(preview, truth, classes));
    }
    if (preview.prediction) {
      const name = `step-${String(event.step).padStart(6, '0')}.png`;
      await atomicWrite(join(sample, name), encodeMask(preview, preview.prediction, classes));
    }
  }
}

/** A mask of class indexes as a PNG in class colours. */
export function encodeMask(
  { width, height }: Pick<PinnedPreview, 'width' | 'height'>,
  mask: Uint8Array,
  classes: number,
): Uint8Array<ArrayBuffer> {
  const palette = paletteBytes(Math.min(Math.max(classes, 2), 256));
  return encodePng({ width, height, channels: 1, bitDepth: 8, data: mask, palette });
}

async function writeOnce(path: string, content: () => Uint8Array): Promise<void> {
  if (!(await isThere(path))) await atomicWrite(path, content());
}

/** `images/a b.png` → `images_a b`: one folder a sample, whatever folders it came from. */
function safeName(sample: string): string {
  return sample
    .replace(/\.[^./]*$/, '')
    .replace(/[/\\<>:"|?*]/g, '_')
    .slice(-120);
}
