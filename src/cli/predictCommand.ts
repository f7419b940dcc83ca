/** @file `cnnlab predict RUN IMAGE…`: masks and overlays, or class probabilities, as files. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { overlayMask } from '../core/image/overlay';
import { encodePng } from '../core/image/pngEncoder';
import type { PinnedPreview } from '../core/runs/run';
import { diskError } from '../disk/diskResult';
import { Predictor } from '../engine/predictor';
import { TrainingError } from '../engine/trainingError';
import { nodeBackend } from './nodeBackend';
import { writeOutputFile } from './outputFile';
import { readStoredModel } from './storedModel';

export interface PredictOptions {
  readonly run: string;
  readonly images: readonly string[];
  readonly out: string;
  readonly slot: 'best' | 'last';
  readonly dist: string;
}

/** Returns the exit code: 1 where any image could not be read; the others are done all the same. */
export async function predictCommand(
  options: PredictOptions,
  print: (line: string) => void,
): Promise<number> {
  const { record, graph, weights } = await readStoredModel(options.run, options.slot);
  const backend = await nodeBackend('wasm', options.dist);
  const job = {
    experiment: record.experiment,
    classes: record.classes,
    graph,
    weights,
    device: 'wasm' as const,
  };
  const taken = new Set<string>();
  let failures = 0;
  const predictor = await Predictor.create(job, backend);
  for (const image of options.images) {
    try {
      const bytes = await readImage(image);
      const { preview, probabilities } = await predictor.predict(bytes, image);
      const stem = freeName(basename(image, extname(image)), taken);
      if (probabilities) {
        const classes = probabilities.map((value, index) => [record.classes[index] ?? String(index), value]);
        await writeOutputFile(
          join(options.out, `${stem}.json`),
          `${JSON.stringify(Object.fromEntries(classes), null, 2)}\n`,
        );
        const index = preview.predictedClass ?? 0;
        print(`${image}: ${record.classes[index] ?? index} (${percent(preview.score)})`);
      } else {
        await writeMask(options.out, stem, preview, record.classes.length);
        print(`${image}: ${percent(preview.score)} foreground → ${join(options.out, `${stem}_mask.png`)}`);
      }
    } catch (error) {
      failures++;
      if (!(error instanceof TrainingError)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
  predictor.dispose();
  backend.dispose();
  return failures ? 1 : 0;
}

/** @throws TrainingError where it cannot be read: the other images are done all the same */
async function readImage(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new TrainingError(diskError(path, cause).error);
  }
}

/** Two classes are written as 0 and 255, to be seen; more as their indexes. */
async function writeMask(out: string, stem: string, preview: PinnedPreview, classes: number): Promise<void> {
  const { width, height, image, prediction } = preview;
  const mask = prediction!.map((index) => (classes <= 2 ? index * 255 : index));
  await writeOutputFile(
    join(out, `${stem}_mask.png`),
    encodePng({ width, height, channels: 1, bitDepth: 8, data: mask }),
  );
  const overlay = overlayMask(image, prediction!, width);
  await writeOutputFile(
    join(out, `${stem}_overlay.png`),
    encodePng({ width, height, channels: 4, bitDepth: 8, data: overlay }),
  );
}

/** Images of the same name from different folders get `-2`, `-3`, …. */
function freeName(stem: string, taken: Set<string>): string {
  let name = stem;
  for (let i = 2; taken.has(name); i++) name = `${stem}-${i}`;
  taken.add(name);
  return name;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
