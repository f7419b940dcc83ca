/** @file A workspace file with a torchvision model trains: from the file to a step of the optimizer. */
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/core/dataset/dataset';
import { encodePng } from '../../src/core/image/pngEncoder';
import { buildTrainingStep } from '../../src/core/passes/trainingStep';
import { optimizerSettings } from '../../src/core/runs/optimizerFields';
import { defaultExperiment } from '../../src/core/runs/parseExperiment';
import type { TrainEvent } from '../../src/core/runs/run';
import { Trainer } from '../../src/engine/trainer';
import { createWasmBackend } from '../../src/engine/wasm/wasmBackend';
import { prepareTraining } from '../../src/trace/prepareTraining';
import { trainableGraph } from '../../src/trace/trainableGraph';
import { wasmBinary } from '../engine/wasm/ortWasm';
import { startTracing } from '../trace/tracing';
import { traceBuilder } from './builders';

const { client } = startTracing();
const CLASSES = Array.from({ length: 10 }, (_, index) => `class ${index}`);

/** Noisy squares of 32×32, one a class. */
const dataset: Dataset = {
  root: '/data',
  name: 'squares',
  task: 'classification',
  samples: CLASSES.map((name, label) => ({ kind: 'classification', image: `${name}/0.png`, label })),
  validation: null,
  classes: CLASSES,
  maskEncoding: null,
  channels: 3,
  typicalSize: { width: 32, height: 32 },
  problems: [],
};

function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const seed = Number(path.match(/\d/)![0]);
  const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * (seed + 3) * 7) % 251);
  return Promise.resolve(encodePng({ width: 32, height: 32, channels: 3, bitDepth: 8, data }));
}

test.each(['resnet18', 'mobilenet_v2'])('%s', async (builder) => {
  const outcome = await prepareTraining(
    {
      experiment: {
        ...defaultExperiment('net.py', 'squares'),
        batchSize: 4,
        epochs: 1,
        split: { validation: 0.2 },
      },
      dataset,
      files: { 'net.py': `from torchvision.models import ${builder}\nmodel = ${builder}(num_classes=10)\n` },
      entry: 'net.py',
      modelName: 'model',
      runId: 'run',
      initialWeights: null,
      resume: null,
      maxSteps: 1,
    },
    client,
  );
  if (!('ok' in outcome)) throw new Error(JSON.stringify(outcome));
  const { job } = outcome.ok;
  const filled = new Set(job.init.map(({ target }) => target));
  expect(job.state.filter(({ name }) => !filled.has(name))).toEqual([]);
  const events: TrainEvent[] = [];
  const backend = await createWasmBackend({ wasmBinary });
  const trainer = new Trainer(job, backend, read, (event) => events.push(event));
  expect(await trainer.run()).toBe('completed');
  backend.dispose();
  const [step] = events.flatMap((event) => (event.kind === 'step' ? [event] : []));
  // Ten classes that nothing tells apart yet.
  expect(step!.loss).toBeGreaterThan(Math.log(10) * 0.7);
  expect(step!.loss).toBeLessThan(Math.log(10) * 1.5);
});

/** One builder of each family, and the height and width of its images. */
const families: readonly [string, number, Record<string, unknown>?][] = [
  ['alexnet', 64],
  ['vgg11_bn', 64],
  ['resnext50_32x4d', 64],
  ['densenet121', 64],
  ['mobilenet_v3_small', 64],
  ['efficientnet_b0', 64],
  ['efficientnet_v2_s', 64],
  ['vit_b_32', 64, { image_size: 64 }],
  ['squeezenet1_1', 64],
  ['shufflenet_v2_x0_5', 64],
  ['mnasnet0_5', 64],
  ['regnet_y_400mf', 64],
  ['convnext_tiny', 64],
  ['swin_t', 64],
  ['swin_v2_t', 64],
  ['maxvit_t', 224],
  ['googlenet', 64, { aux_logits: false }],
  ['inception_v3', 96, { aux_logits: false }],
];

test.each(families)(
  '%s on %i has a step graph that updates every parameter',
  async (name, size, args = {}) => {
    const { model } = await traceBuilder(client, name, args, [{ mode: 'train', shape: [2, 3, size, size] }]);
    const { graph } = buildTrainingStep({
      graph: trainableGraph(model.graphs[0]!.graph),
      loss: 'cross_entropy',
      task: 'classification',
      state: model.state,
      optimizer: optimizerSettings({ name: 'adamw', lr: 0.01 }),
    });
    const updated = new Set(graph.updates.map(({ name }) => name));
    const parameters = model.state.filter(({ kind }) => kind === 'parameter');
    expect(parameters.filter((entry) => !updated.has(entry.name))).toEqual([]);
  },
);
