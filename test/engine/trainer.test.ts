import { expect, test } from 'vitest';
import type { TrainingJob } from '../../src/core/runs/job';
import { optimizerSettings } from '../../src/core/runs/optimizerFields';
import type { TrainEvent } from '../../src/core/runs/run';
import { scheduleSettings } from '../../src/core/runs/scheduleFields';
import { readSafetensors } from '../../src/core/weights/safetensors';
import { stateDictToSafetensors } from '../../src/core/weights/stateDict';
import { Trainer } from '../../src/engine/trainer';
import { createWasmBackend } from '../../src/engine/wasm/wasmBackend';
import { buildCurveModel } from '../golden/curveModels';
import { readInitialState } from '../golden/curves';
import { type CellImages, cellImages } from './cellImages';
import { wasmBinary } from './wasm/ortWasm';

const { state } = buildCurveModel('seed_unet', 'train', 2);

/** 10 images to train on in batches of 4, 4, 2; 3 held out. */
function jobOf(images: CellImages, over: Partial<TrainingJob['experiment']> = {}): TrainingJob {
  const graphs = (mode: 'train' | 'eval', sizes: number[]) =>
    sizes.map((batch) => ({ batch, graph: buildCurveModel('seed_unet', mode, batch).graph }));
  const initial = new Map([...readInitialState('seed_unet')].map(([name, { values }]) => [name, values]));
  return {
    runId: 'run',
    experiment: {
      model: 'seed_unet.py:UNET',
      args: {},
      dataset: { path: '.', masks: null },
      input: [1, 64, 64],
      task: 'segmentation',
      loss: 'bce_dice',
      optimizer: {
        name: 'adamw',
        lr: 0.01,
        momentum: 0,
        nesterov: false,
        weightDecay: 0,
        betas: [0.9, 0.999],
        eps: 1e-8,
      },
      epochs: 2,
      batchSize: 4,
      seed: 3,
      shuffle: true,
      augment: { horizontalFlip: true, verticalFlip: false },
      split: { validation: 0.2 },
      initialWeights: null,
      device: 'wasm',
      output: null,
      ...over,
    },
    dataset: {
      root: '/',
      task: 'segmentation',
      classes: ['background', 'foreground'],
      maskEncoding: { kind: 'binary' },
    },
    train: images.samples.slice(0, 10),
    validation: images.samples.slice(10, 13),
    trainGraphs: graphs('train', [4, 2]),
    evalGraphs: graphs('eval', [3]),
    state,
    init: [],
    initialWeights: stateDictToSafetensors(state, initial),
    resume: null,
    maxSteps: null,
    device: 'wasm',
  };
}

type On<K extends TrainEvent['kind']> = Extract<TrainEvent, { kind: K }>;

const of = <K extends TrainEvent['kind']>(events: readonly TrainEvent[], kind: K) =>
  events.filter((event): event is On<K> => event.kind === kind);

async function train(
  job: TrainingJob,
  images: CellImages,
  onEvent?: (event: TrainEvent, trainer: Trainer) => void,
) {
  const events: TrainEvent[] = [];
  const backend = await createWasmBackend({ wasmBinary });
  const trainer: Trainer = new Trainer(job, backend, images.read, (event) => {
    events.push(event);
    onEvent?.(event, trainer);
  });
  const outcome = await trainer.run();
  backend.dispose();
  return { outcome, events };
}

const losses = (events: readonly TrainEvent[]) => of(events, 'step').map(({ loss }) => loss);

test('trains, validates, previews and saves, and the Dice on held-out images grows', async () => {
  const images = cellImages(13, 64);
  const { outcome, events } = await train(jobOf(images, { epochs: 4 }), images);
  expect(outcome).toBe('completed');
  const epochs = of(events, 'epoch');
  expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3, 4].map((e) => [e, 3 * e]));
  expect(epochs.at(-1)!.train.loss).toBeLessThan(epochs[0]!.train.loss!);
  expect(epochs.at(-1)!.validation.dice).toBeGreaterThan(0.7);
  const pinned = of(events, 'pinned');
  expect(pinned[0]).toMatchObject({ step: 0 });
  expect(pinned.at(-1)!.previews.map(({ sample }) => sample)).toEqual([
    'images/cell 10.png',
    'images/cell 11.png',
    'images/cell 12.png',
  ]);
  expect(pinned.at(-1)!.previews[0]!.prediction).toHaveLength(64 * 64);
  const best = of(events, 'checkpoint').findLast(({ isBest }) => isBest)!.best!;
  expect(best.validation.dice).toBe(Math.max(...epochs.map(({ validation }) => validation.dice!)));
});

test('saves every entry of the state_dict, in order, with the batches that batch norm has seen', async () => {
  const images = cellImages(13, 64);
  const { events } = await train(jobOf(images, { epochs: 1 }), images);
  const file = readSafetensors(of(events, 'checkpoint').at(-1)!.weights);
  if (!file.ok) throw new Error(file.problem.message);
  expect([...file.file.tensors.keys()]).toEqual(state.map(({ name }) => name));
  const counter = file.file.tensors.get('bottleneck.conv.1.num_batches_tracked')!;
  expect(new BigInt64Array(counter.bytes.slice().buffer)).toEqual(BigInt64Array.of(3n));
});

test('a stopped run resumes with the very losses that it would have had', async () => {
  const images = cellImages(13, 64);
  const whole = await train(jobOf(images), images);
  const first = await train(jobOf(images), images, (event, trainer) => {
    if (event.kind === 'step' && event.step === 4) trainer.stop();
  });
  expect(first.outcome).toBe('stopped');
  const { weights, trainerState, step } = of(first.events, 'checkpoint').at(-1)!;
  expect(step).toBe(4);
  const second = await train({ ...jobOf(images), resume: { weights, trainerState } }, images);
  expect(second.outcome).toBe('completed');
  expect([...losses(first.events), ...losses(second.events)]).toEqual(losses(whole.events));
});

test('resumed inside an accumulated step, with averages, a schedule and AMSGrad, nothing changes', async () => {
  const images = cellImages(13, 64);
  const job = jobOf(images, {
    epochs: 3,
    optimizer: optimizerSettings({ name: 'adam', lr: 0.01, amsgrad: true }),
    schedule: scheduleSettings({ name: 'plateau', patience: 0, threshold: 0.9, factor: 0.5, warmupSteps: 3 }),
    gradients: { clipNorm: 1, clipValue: null, accumulate: 2 },
    ema: 0.5,
  });
  const whole = await train(job, images);
  expect(whole.outcome).toBe('completed');
  const first = await train({ ...job, maxSteps: 5 }, images);
  const { weights, trainerState } = of(first.events, 'checkpoint').at(-1)!;
  const second = await train({ ...job, resume: { weights, trainerState } }, images);
  const seen = (events: readonly TrainEvent[]) => of(events, 'step').map(({ loss, lr }) => [loss, lr]);
  expect([...seen(first.events), ...seen(second.events)]).toEqual(seen(whole.events));
  expect(of(second.events, 'epoch').at(-1)!.validation).toEqual(of(whole.events, 'epoch').at(-1)!.validation);
  expect(of(second.events, 'checkpoint').at(-1)!.weights).toEqual(
    of(whole.events, 'checkpoint').at(-1)!.weights,
  );
  // Two cuts, after the second and third epoch's ends, are seen by the third epoch's steps alone.
  expect(of(whole.events, 'step').at(-1)!.lr).toBeCloseTo(0.01 * 0.5, 8);
});

test('a run that ends in the middle of an epoch goes on there', async () => {
  const images = cellImages(13, 64);
  const whole = await train(jobOf(images), images);
  const first = await train({ ...jobOf(images), maxSteps: 2 }, images);
  expect(first.outcome).toBe('completed');
  const { weights, trainerState } = of(first.events, 'checkpoint').at(-1)!;
  const second = await train({ ...jobOf(images), resume: { weights, trainerState } }, images);
  expect([...losses(first.events), ...losses(second.events)]).toEqual(losses(whole.events));
});

test('pauses before the next step, saves, and goes on', async () => {
  const images = cellImages(13, 64);
  let paused = 0;
  const { events } = await train(jobOf(images), images, (event, trainer) => {
    if (event.kind === 'step' && event.step === 2) trainer.pause();
    if (event.kind === 'state' && event.state === 'paused') {
      paused++;
      setTimeout(() => trainer.resume(), 20);
    }
  });
  expect(paused).toBe(1);
  const order = events.flatMap((event): (string | number)[] =>
    event.kind === 'state' ? [event.state] : event.kind === 'step' ? [event.step] : [],
  );
  expect(order).toEqual(['running', 1, 2, 'paused', 'running', 3, 4, 5, 6, 'completed']);
});

test('a corrupt image is named once and replaced; the run goes on', async () => {
  const images = cellImages(13, 64);
  images.files.set('images/cell 3.png', images.files.get('images/cell 3.png')!.slice(0, 60));
  const { outcome, events } = await train(jobOf(images), images);
  expect(outcome).toBe('completed');
  expect(of(events, 'warning').map(({ message }) => message)).toEqual([
    expect.stringContaining('images/cell 3.png'),
  ]);
  expect(losses(events)).toHaveLength(6);
});

test('a mask of another size is named with both sizes', async () => {
  const images = cellImages(13, 64);
  images.files.set('masks/cell 5.png', cellImages(1, 32).files.get('masks/cell 0.png')!);
  const { events } = await train(jobOf(images, { epochs: 1 }), images);
  expect(of(events, 'warning')[0]!.message).toMatch(
    /masks\/cell 5\.png is 32×32, but its image images\/cell 5\.png is 64×64/,
  );
});

test('a loss that is not a number ends the run with what to do', async () => {
  const images = cellImages(13, 64);
  const job = jobOf(images);
  const optimizer = { ...job.experiment.optimizer, name: 'sgd' as const, lr: 1e30 };
  const { outcome, events } = await train({ ...job, experiment: { ...job.experiment, optimizer } }, images);
  expect(outcome).toBe('failed');
  expect(of(events, 'state').at(-1)).toMatchObject({
    error: expect.stringMatching(/loss became (NaN|Infinity|-Infinity) at step/),
    hint: expect.stringContaining('learning rate'),
  });
});

test('weights of another model are refused with PyTorch’s words', async () => {
  const images = cellImages(13, 64);
  const other = state.map((entry) => (entry.name === 'final_conv.bias' ? { ...entry, shape: [2] } : entry));
  const values = new Map(
    other.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  const job = { ...jobOf(images), initialWeights: stateDictToSafetensors(other, values) };
  await expect(train(job, images)).rejects.toThrow(/size mismatch for final_conv.bias/);
});
