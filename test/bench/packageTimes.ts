/**
 * @file Models from packages of a Python environment: the first trace, which imports them, and those of later keystrokes.
 *
 *   npm run bench:packages -- FOLDER    where FOLDER holds a .venv with torchvision, timm or segmentation_models_pytorch
 */
import { join, resolve } from 'node:path';
import process from 'node:process';
import { inRepository } from '../../src/build/repository.mjs';
import { findPythonEnvironment } from '../../src/disk/pythonEnvironment';
import { TraceClient } from '../../src/trace/traceClient';
import { median } from './median';

const MODELS: Readonly<Record<string, readonly [imports: string, expression: string]>> = {
  einops: ['from einops.layers.torch import Rearrange', 'Rearrange("b c (h p) w -> b (c p) h w", p=2)'],
  torchvision: ['from torchvision.models import resnet18', 'resnet18()'],
  timm: ['import timm', 'timm.create_model("resnet18")'],
  segmentation_models_pytorch: [
    'import segmentation_models_pytorch as smp',
    'smp.Unet("resnet18", encoder_weights=None)',
  ],
};
const KEYSTROKES = 20;
const INPUT = { shape: [2, 3, 64, 64], dtype: 'float32' } as const;

const folder = resolve(process.argv[2] ?? '.');
const environment = await findPythonEnvironment({
  file: join(folder, 'model.py'),
  top: folder,
  chosen: null,
});
if (!environment) throw new Error(`${folder} holds no .venv, venv or env`);
console.log(`${environment.name}: ${environment.folders.join(', ')}`);
for (const [name, [imports, expression]] of Object.entries(MODELS)) await measure(name, imports, expression);

/** In a Python of its own, as after the start of the editor. */
async function measure(name: string, imports: string, expression: string): Promise<void> {
  const client = new TraceClient(inRepository('dist'));
  const times: number[] = [];
  let problem = '';
  await client.trace({ files: { 'model.py': '' }, entry: 'model.py' });
  const before = process.memoryUsage.rss();
  for (let keystroke = 0; keystroke <= KEYSTROKES; keystroke++) {
    const text = `import torch.nn as nn\n${imports}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = ${expression}\n    def forward(self, x):\n        return self.net(x)\n# ${keystroke}\n`;
    const target = { name: 'Net', args: {}, runs: [{ mode: 'train' as const, inputs: [INPUT] }] };
    const start = performance.now();
    const result = await client.trace({
      files: { 'model.py': text },
      entry: 'model.py',
      target,
      environment: environment!,
    });
    times.push(performance.now() - start);
    problem ||= result.diagnostics.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('; ');
  }
  const memory = Math.round((process.memoryUsage.rss() - before) / 1e6);
  const [first = Number.NaN, ...later] = times;
  const figures = `first ${(first / 1000).toFixed(1)} s, then ${median(later).toFixed(0)} ms, ${memory} MB`;
  console.log(`${name}: ${problem === '' ? figures : problem}`);
  await client.dispose();
}
