/** @file Training by the command line from PNG files gives the losses that PyTorch gives (golden/make_cli_training.py). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { OptimizerSettings } from '../../src/core/runs/experiment';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';
import { type CurveModel, curveBatch, readCurves } from '../golden/curves';
import { fixture } from '../trace/tracing';
import { cnnlab, jsonLines } from './commandLine';
import { greyPng } from './imageFolders';

interface Golden {
  readonly samples: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerSettings;
  readonly losses: readonly number[];
}

const goldens = JSON.parse(
  readFileSync(new URL('../golden/cli_training.json', import.meta.url), 'utf8'),
) as Record<CurveModel, Golden>;

/** The samples of the golden as files, in its order, and the experiment that reads them so. */
function writeWorkspace(model: CurveModel, { samples, batchSize, optimizer }: Golden): string {
  const folder = temporaryFolder();
  const { class: name, args, loss, input } = readCurves(model);
  const [, height, width] = input;
  for (let k = 0; k < samples; k++) {
    const { input0, target } = curveBatch(model, k, 1);
    const at = (x: number, y: number) => y * width + x;
    const file = `${String(k).padStart(3, '0')}.png`;
    const image = greyPng(width, height, (x, y) => input0[at(x, y)]! * 256);
    if (model === 'seed_unet') {
      const mask = greyPng(width, height, (x, y) => target[at(x, y)]! * 255);
      writeFiles(folder, { [`data/images/${file}`]: image, [`data/masks/${file}`]: mask });
    } else writeFiles(folder, { [`data/${classFolder(target[0]!)}/${file}`]: image });
  }
  const { name: optimizerName, lr, momentum, weightDecay } = optimizer;
  const experiment = {
    model: `${model}.py:${name}`,
    args,
    dataset: 'data',
    input,
    loss,
    batchSize,
    optimizer:
      optimizerName === 'sgd' ? { name: 'sgd', lr, momentum } : { name: optimizerName, lr, weightDecay },
    epochs: 20,
    shuffle: false,
    augment: { horizontalFlip: false, verticalFlip: false },
    split: { validation: 0 },
    initialWeights: 'start.safetensors',
  };
  writeFiles(folder, {
    [`${model}.py`]: fixture(`${model}.py`),
    'start.safetensors': readFileSync(new URL(`../golden/curves/${model}.safetensors`, import.meta.url)),
    'parity.cnnlab.json': JSON.stringify(experiment),
  });
  return folder;
}

const classFolder = (label: number) => `class ${label}`;

test.each([
  ['seed_unet', 'wasm', 20],
  ['tiny_vgg', 'wasm', 20],
  // Kernels are compiled for a processor here, so a few steps.
  ['tiny_vgg', 'webgpu', 5],
] as const)('%s on %s', async (model, device, steps) => {
  const expected = goldens[model];
  const folder = writeWorkspace(model, expected);
  const options = ['--device', device, '--max-steps', String(steps), '--json'];
  const { code, stdout, stderr } = await cnnlab(folder, 'train', 'parity.cnnlab.json', ...options);
  expect(code, stderr).toBe(0);
  const losses = jsonLines<{ step?: number; loss: number }>({ stdout })
    .filter(({ step }) => step !== undefined)
    .map(({ loss }) => loss);
  expect(losses).toHaveLength(steps);
  for (const [index, loss] of losses.entries()) {
    const wanted = expected.losses[index]!;
    expect(Math.abs(loss / wanted - 1), `step ${index + 1}: ${loss}, PyTorch ${wanted}`).toBeLessThan(1e-4);
  }
});
