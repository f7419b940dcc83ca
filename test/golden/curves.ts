/**
 * @file Reader of the training curves that make_curves.py took from PyTorch, and the same batches again.
 * The formula of the batches stands in make_curves.py; this repeats it.
 */
import { readFileSync } from 'node:fs';
import type { LossName, OptimizerSettings, Task } from '../../src/core/runs/experiment';

export type CurveModel = 'seed_unet' | 'tiny_vgg';

export interface CurveRun {
  readonly optimizer: OptimizerSettings;
  /** Train-mode losses before each of 20 updates. */
  readonly losses: readonly number[];
  /** Eval-mode output (logits) for sample `evaluatedSample` alone, after the 20 updates. */
  readonly evaluation: { readonly shape: readonly number[]; readonly values: readonly number[] };
}

export interface CurveGolden {
  readonly model: CurveModel;
  readonly class: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Channels, height, width. */
  readonly input: readonly [number, number, number];
  readonly batchSize: number;
  readonly loss: LossName;
  readonly task: Task;
  readonly runs: readonly CurveRun[];
}

export const evaluatedSample = 1000;

const file = (name: string) => new URL(`./curves/${name}`, import.meta.url);

export function readCurves(model: CurveModel): CurveGolden {
  return JSON.parse(readFileSync(file(`${model}.json`), 'utf8')) as CurveGolden;
}

/** The weights before the first step: `state_dict` name → shape and values (int64 counters as numbers). */
export function readInitialState(
  model: CurveModel,
): Map<string, { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> }> {
  const bytes = new Uint8Array(readFileSync(file(`${model}.safetensors`)));
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
    string,
    { dtype: 'F32' | 'I64'; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header).map(([name, { dtype, shape, data_offsets }]) => {
      const data = bytes.slice(...(data_offsets.map((at) => at + 8 + headerLength) as [number, number]));
      const values =
        dtype === 'F32'
          ? new Float32Array(data.buffer)
          : Float32Array.from(new BigInt64Array(data.buffer), Number);
      return [name, { shape, values }];
    }),
  );
}

export interface CurveBatch {
  /** N×C×H×W */
  readonly input0: Float32Array<ArrayBuffer>;
  /** N×1×H×W masks as floats, or N class indexes. */
  readonly target: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** Samples `first` … `first + count − 1`. Batch b of a run starts at b·batchSize. */
export function curveBatch(model: CurveModel, first: number, count: number): CurveBatch {
  const size = model === 'seed_unet' ? 64 : 28;
  const input0 = new Float32Array(count * size * size);
  const masks = new Float32Array(count * size * size);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const k = first + n;
    labels[n] = (7 * k) % 10;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const marked = model === 'seed_unet' ? inCell(k, y, x) : Math.abs(y - 4 - 2 * labels[n]!) <= 1;
        const noise = (7 * x + 13 * y + 3 * x * y + 29 * k) % 64;
        const at = (n * size + y) * size + x;
        masks[at] = marked ? 1 : 0;
        input0[at] = ((marked ? 128 : 0) + noise) / 256;
      }
    }
  }
  return { input0, target: model === 'seed_unet' ? masks : labels };
}

function inCell(k: number, y: number, x: number): boolean {
  const dx = x - 12 - ((23 * k) % 41);
  const dy = y - 12 - ((17 * k) % 41);
  const radius = 6 + ((5 * k) % 7);
  return dx * dx + dy * dy < radius * radius;
}
