/** @file `cnnlab train`, `predict` and `export`, from the experiment to files that others read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeImage } from '../../src/core/image/decodeImage';
import type { RunRecord } from '../../src/core/runs/run';
import { readSafetensors } from '../../src/core/weights/safetensors';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';
import { fixture } from '../trace/tracing';
import { cnnlab, jsonLines } from './commandLine';
import { experimentText, writeBars, writeCells } from './imageFolders';
import { runOnnx } from './onnxFile';

const TINY = `import torch.nn as nn


class Tiny(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 6, 5, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.fc = nn.Linear(24, classes)

    def forward(self, x):
        return self.fc(self.layers(x))
`;

type Line = Record<string, unknown>;

function recordOf(run: string): RunRecord {
  return JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as RunRecord;
}

test('segmentation: train, resume, predict and export, all paths relative', async () => {
  const folder = join(temporaryFolder(), 'Zellen für U-Net');
  writeCells(join(folder, 'data/cells'), 6, 32);
  writeFiles(folder, {
    'models/seed_unet.py': fixture('seed_unet.py'),
    'experiments/zellen.cnnlab.json': experimentText({
      model: '../models/seed_unet.py:UNET',
      dataset: '../data/cells',
      output: '../runs',
      batchSize: 2,
      epochs: 12,
      optimizer: { name: 'adamw', lr: 0.02 },
      split: { validation: 0.34 },
    }),
  });
  const experiment = 'experiments/zellen.cnnlab.json';
  const first = await cnnlab(folder, 'train', experiment, '--max-steps', '2', '--json');
  expect([first.code, first.stderr]).toEqual([0, '']);
  const lines = jsonLines<Line>(first);
  expect(lines.map((line) => Object.keys(line).slice(0, 3).join())).toEqual([
    'step,epoch,loss',
    'step,epoch,loss',
    'epoch,train,val',
    'run,best',
  ]);
  expect(lines[1]).toMatchObject({ step: 2, epoch: 1, loss: expect.any(Number), dice: expect.any(Number) });
  expect(Object.keys(lines[2]!)).toEqual(['epoch', 'train', 'val']);
  expect(lines[2]).toMatchObject({ train: { loss: expect.any(Number) }, val: { dice: expect.any(Number) } });
  expect(lines[3]).toEqual({
    run: join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!),
    best: { epoch: 1, step: 2, ...(lines[2]!.val as object) },
  });
  const run = lines[3]!.run as string;

  const second = await cnnlab(folder, 'train', experiment, '--resume', run);
  expect([second.code, second.stderr]).toEqual([0, '']);
  expect(second.stdout).toMatch(/^UNET on 1×32×32: 4 training and 2 validation samples, batches of 2/);
  expect(second.stdout).toMatch(/\nepoch 12\/12 · training loss [\d.]+.* · validation loss /);
  expect(second.stdout.trimEnd().split('\n').at(-1)).toBe(`completed after 24 steps · ${run}`);
  expect(recordOf(run)).toMatchObject({ state: 'completed', step: 24, epoch: 12 });
  const logged = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const steps = logged.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step');
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));

  const image = 'data/cells/images/cell 3.png';
  const [predicted, weights, onnx] = await Promise.all([
    cnnlab(folder, 'predict', run, image, 'nowhere.png', '--out', 'Masken', '--checkpoint', 'last'),
    cnnlab(
      folder,
      'export',
      run,
      '--format',
      'safetensors',
      '--out',
      'a/unet.safetensors',
      '--checkpoint',
      'last',
    ),
    cnnlab(folder, 'export', run, '--format', 'onnx', '--out', 'a/unet.onnx', '--checkpoint', 'last'),
  ]);
  expect([weights.code, weights.stderr, onnx.code, onnx.stderr]).toEqual([0, '', 0, '']);
  // One image that is not there does not spoil the others.
  expect(predicted.code).toBe(1);
  expect(predicted.stderr).toMatch(/^nowhere\.png: .*does not exist/);
  expect(readdirSync(join(folder, 'Masken')).sort()).toEqual(['cell 3_mask.png', 'cell 3_overlay.png']);

  const file = readSafetensors(new Uint8Array(readFileSync(join(folder, 'a/unet.safetensors'))));
  if (!file.ok) throw new Error(file.problem.message);
  const { tensors } = file.file;
  expect([...tensors.keys()].slice(0, 2)).toEqual(['ups.0.weight', 'ups.0.bias']);
  expect(tensors.get('final_conv.weight')!.shape).toEqual([1, 4, 1, 1]);

  const input = decodeImage(new Uint8Array(readFileSync(join(folder, image))));
  const mask = decodeImage(new Uint8Array(readFileSync(join(folder, 'Masken/cell 3_mask.png'))));
  if (!('ok' in input && 'ok' in mask)) throw new Error('an image cannot be read');
  const logits = await runOnnx(
    join(folder, 'a/unet.onnx'),
    Float32Array.from(input.ok.data, (v) => v / 255),
    [1, 1, 32, 32],
  );
  expect([...mask.ok.data]).toEqual([...logits].map((logit) => (logit > 0 ? 255 : 0)));
  expect(new Set(mask.ok.data).size).toBe(2);
});

test('classification: JSON lines, and probabilities from the best checkpoint', async () => {
  const folder = temporaryFolder();
  writeBars(join(folder, 'bars'), 6, 16);
  writeFiles(folder, {
    'tiny.py': TINY,
    'bars.cnnlab.json': `{
      // The file holds one model: no name is needed.
      "model": "tiny.py", "args": { "classes": 2 }, "dataset": "bars",
      "optimizer": { "name": "adam", "lr": 0.02 }, "epochs": 12, "batchSize": 4, "split": 0.25, "device": "wasm",
    }`,
  });
  const trained = await cnnlab(folder, 'train', 'bars.cnnlab.json', '--json');
  expect([trained.code, trained.stderr]).toEqual([0, '']);
  const lines = jsonLines<Line>(trained);
  // 9 of 12 images, in batches of 4, 4 and 1.
  expect(lines.filter(({ step }) => step !== undefined)).toHaveLength(36);
  expect(lines.filter(({ train }) => train !== undefined)).toHaveLength(12);
  const { run, best } = lines.at(-1) as { run: string; best: { accuracy: number } };
  expect(best.accuracy).toBeGreaterThan(0.6);

  const images = ['bars/level/bar 1.png', 'bars/upright/bar 1.png'];
  const { code, stdout } = await cnnlab(folder, 'predict', run, ...images, '--out', 'out');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^bars\/level\/bar 1\.png: (level|upright) \(\d+\.\d %\)\n/);
  // The same name twice: the second is numbered.
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['bar 1-2.json', 'bar 1.json']);
  const probabilities = JSON.parse(readFileSync(join(folder, 'out/bar 1.json'), 'utf8'));
  expect(Object.keys(probabilities)).toEqual(['level', 'upright']);
  expect(probabilities.level + probabilities.upright).toBeCloseTo(1, 5);
});
