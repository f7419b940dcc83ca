/** @file What the harness shows: made-up but shaped as the real thing, drawn from fixed formulas. */

import type { ResolvedExperiment } from '../../../src/core/runs/experiment';
import type { PredictionJob, TrainingJob } from '../../../src/core/runs/job';
import type { PinnedPreview, RunRecord, TrainEvent } from '../../../src/core/runs/run';
import type { Prediction } from '../../../src/engine/messages';
import type { PanelSnapshot, PreviewRequest, TrainingDraft } from '../../../src/protocol/messages';
import { seedUnetTrace } from '../seedUnetTrace';

const experiment: ResolvedExperiment = {
  model: 'seed_unet.py:UNET',
  args: { in_channels: 3, features: [8, 16, 32] },
  dataset: { path: 'nuclei', masks: null },
  input: [3, 128, 128],
  task: 'segmentation',
  loss: 'bce_dice',
  optimizer: {
    name: 'adamw',
    lr: 0.001,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0.01,
    betas: [0.9, 0.999],
    eps: 1e-8,
  },
  epochs: 10,
  batchSize: 4,
  seed: 0,
  shuffle: true,
  augment: { horizontalFlip: true, verticalFlip: true },
  split: { validation: 0.2 },
  initialWeights: null,
  device: 'auto',
  output: null,
};

const draft: TrainingDraft = {
  experiment: { ...experiment, loss: null },
  modelFile: 'seed_unet.py',
  modelClass: 'UNET',
  datasetName: 'nuclei',
  datasetSummary: '120 images with masks, mostly 256×256, colour · 96 to train, 24 held out',
  constructorParameters: [
    { name: 'in_channels', defaultText: '3' },
    { name: 'out_channels', defaultText: '1' },
    { name: 'features', defaultText: '[64, 128, 256, 512]' },
  ],
  args: experiment.args,
  problems: ['2 images have no mask and are left out: cell_017.png, cell_081.png.'],
};

const model = seedUnetTrace();
const stepsPerEpoch = 24;

/** Blobs, and a prediction that gets better as `skill` goes from 0 to 1. */
export function preview(sample: string, seed: number, skill: number, size = 128): PinnedPreview {
  const image = new Uint8Array(size * size * 4);
  const truth = new Uint8Array(size * size);
  const prediction = new Uint8Array(size * size);
  const noise = (x: number, y: number) => {
    const wave = Math.sin(x * 12.9898 + y * 78.233 + seed) * 43758.5453;
    return wave - Math.floor(wave);
  };
  const blobs = Array.from({ length: 9 }, (_, index) => ({
    x: size * (0.1 + 0.8 * noise(index, 1)),
    y: size * (0.1 + 0.8 * noise(index, 2)),
    r: size * (0.05 + 0.06 * noise(index, 3)),
  }));
  let both = 0;
  let sum = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const depth = Math.max(...blobs.map((blob) => 1 - Math.hypot(x - blob.x, y - blob.y) / blob.r));
      const at = y * size + x;
      const light = 30 + (depth > 0 ? 120 + 60 * depth : 0) + 25 * noise(x, y);
      image.set([light * 0.75, light * 0.6, light, 255], at * 4);
      truth[at] = depth > 0 ? 1 : 0;
      const wobble = (1 - skill) * (Math.sin(x / 9 + seed) + Math.cos(y / 7) + noise(x, y) - 0.5);
      prediction[at] = depth + wobble * 0.8 > 0 ? 1 : 0;
      both += truth[at]! * prediction[at]!;
      sum += truth[at]! + prediction[at]!;
    }
  }
  const score = (2 * both) / Math.max(1, sum);
  return {
    sample,
    width: size,
    height: size,
    image,
    truth,
    prediction,
    score,
    predictedClass: null,
    trueClass: null,
  };
}

/** The events of a run up to `steps`. */
export function trainingEvents(steps: number, fallbackReason: string | null): TrainEvent[] {
  const description = fallbackReason ? 'processor, 1 thread' : 'Apple M2';
  const events: TrainEvent[] = [
    { kind: 'device', device: { backend: fallbackReason ? 'wasm' : 'webgpu', description, fallbackReason } },
    { kind: 'state', state: 'running', error: null, hint: null },
  ];
  for (let step = 1; step <= steps; step++) {
    const share = step / (stepsPerEpoch * 10);
    const loss = 0.12 + 0.9 * Math.exp(-share * 5) + 0.09 * Math.sin(step * 12.9898) * Math.exp(-share * 2);
    const epoch = Math.ceil(step / stepsPerEpoch);
    const secondsLeft = (stepsPerEpoch * 10 - step) * 0.31;
    events.push({
      kind: 'step',
      step,
      epoch,
      loss,
      metrics: {},
      lr: 0.001,
      secondsLeft,
      millisecondsPerStep: 310,
    });
    if (step % stepsPerEpoch !== 0) continue;
    const dice = 0.95 - 0.6 * Math.exp(-share * 4);
    events.push({
      kind: 'epoch',
      epoch,
      step,
      train: { loss, dice: dice + 0.01 },
      validation: { loss: loss + 0.03, dice: dice - 0.02 * Math.abs(Math.sin(epoch)), iou: dice * 0.9 },
    });
    const previews = [1, 2, 3, 4].map((seed) =>
      preview(`images/cell_0${seed}4.png`, seed, Math.min(0.97, share * 1.4)),
    );
    events.push({ kind: 'pinned', step, epoch, previews });
  }
  return events;
}

export const warning: TrainEvent = {
  kind: 'warning',
  message: 'masks/cell_044.png is 255×256 but its image is 256×256: left out.',
};

const record: RunRecord = {
  schema: 1,
  id: 'run-1',
  name: 'unet-nuclei',
  created: '2026-01-01T10:00:00Z',
  updated: '2026-01-01T10:05:00Z',
  state: 'completed',
  experiment,
  model: { file: 'seed_unet.py', class: 'UNET', parameters: 485_673 },
  classes: ['background', 'foreground'],
  trainSamples: 96,
  validationSamples: 24,
  device: { backend: 'webgpu', description: 'Apple M2', fallbackReason: null },
  step: 240,
  epoch: 10,
  totalSteps: 240,
  best: { epoch: 9, step: 216, validation: { loss: 0.141, dice: 0.931, iou: 0.874 } },
  error: null,
};

const nothing: PanelSnapshot = {
  view: 'architecture',
  architecture: null,
  draft: null,
  run: null,
  history: [],
  canResume: false,
};

const architecture = { model, diagnostics: [] };

export const snapshots: Readonly<Record<string, PanelSnapshot>> = {
  empty: nothing,
  architecture: { ...nothing, architecture },
  problem: {
    ...nothing,
    architecture: {
      model,
      diagnostics: [
        {
          file: 'seed_unet.py',
          line: 69,
          column: 26,
          endLine: 69,
          endColumn: 64,
          severity: 'error',
          code: 'shape-mismatch',
          message:
            'Sizes of tensors must match except in dimension 1. Expected size 20 but got size 21 for tensor number 1 in the list.',
          hint: 'Resize or crop one of them before torch.cat.',
        },
      ],
    },
  },
  form: { ...nothing, view: 'train', draft, architecture },
  training: { ...nothing, view: 'train', draft, architecture },
  fallback: { ...nothing, view: 'train', draft, architecture },
  failed: { ...nothing, view: 'train', draft, architecture },
  completed: { ...nothing, view: 'train', architecture, run: record, history: trainingEvents(240, null) },
  interrupted: {
    ...nothing,
    view: 'train',
    run: { ...record, state: 'interrupted', step: 100, epoch: 5 },
    history: trainingEvents(100, null),
    canResume: true,
  },
  preview: { ...nothing, view: 'preview', architecture },
  classes: { ...nothing, view: 'preview', architecture },
};

const emptyGraph = { values: [], inputs: [], nodes: [], outputs: [], updates: [], counters: [] };

export const trainingJob: TrainingJob = {
  runId: 'run-1',
  experiment,
  dataset: {
    root: 'nuclei',
    task: 'segmentation',
    classes: ['background', 'foreground'],
    maskEncoding: { kind: 'binary' },
  },
  train: Array.from({ length: 96 }, (_, index) => ({
    kind: 'segmentation',
    image: `${index}`,
    mask: `${index}`,
  })),
  validation: [],
  trainGraphs: [],
  evalGraphs: [],
  state: [],
  init: [],
  initialWeights: null,
  resume: null,
  maxSteps: null,
  device: 'auto',
};

export function previewRequest(classes: boolean): PreviewRequest<PredictionJob> {
  const names = ['circle', 'square', 'triangle', 'star', 'cross', 'ring'];
  return {
    job: {
      experiment,
      classes: classes ? names : ['background', 'nucleus'],
      graph: emptyGraph,
      weights: new Uint8Array(0),
      device: 'auto',
    },
    imageUri: '',
    imageBytes: new Uint8Array(1),
    imageName: classes ? 'shape_031.png' : 'cell_104.png',
    runName: 'unet-nuclei · 10:05',
    runs: [{ id: 'run-0', label: 'unet-nuclei · yesterday' }],
  };
}

export function prediction(classes: boolean): Prediction {
  const picture = preview('cell_104.png', 5, 0.9, classes ? 32 : 256);
  return {
    preview: classes
      ? { ...picture, prediction: null, truth: null, predictedClass: 0 }
      : { ...picture, truth: null },
    probabilities: classes ? [0.83, 0.11, 0.03, 0.015, 0.01, 0.005] : null,
    device: { backend: 'webgpu', description: 'Apple M2', fallbackReason: null },
    milliseconds: 41,
  };
}
