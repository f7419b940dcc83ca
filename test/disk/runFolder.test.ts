import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { decodeMask } from '../../src/core/image/decodeImage';
import { defaultExperiment } from '../../src/core/runs/parseExperiment';
import type { StepEvent, TrainEvent } from '../../src/core/runs/run';
import type { NewRun } from '../../src/core/runs/runRecord';
import { readCheckpoint } from '../../src/disk/checkpointFiles';
import { listRuns, readRun, readRunGraph } from '../../src/disk/readRun';
import { RunFolder, runsFolderOf } from '../../src/disk/runFolder';
import { temporaryFolder } from './temporaryFolder';

const RUN: Omit<NewRun, 'id'> = {
  name: 'UNet cells',
  experiment: {
    ...defaultExperiment('unet.py', 'cells'),
    input: [1, 8, 8],
    task: 'segmentation',
    loss: 'dice',
  },
  model: { file: 'unet.py', class: 'UNet', parameters: 10 },
  classes: ['background', 'foreground'],
  trainSamples: 8,
  validationSamples: 2,
  totalSteps: 20,
};
const NOW = new Date(2024, 4, 17, 9, 30, 5);
const GRAPH = {
  values: [{ shape: [1, 1, 8, 8], dtype: 'float32' as const }],
  inputs: [{ kind: 'data' as const, name: 'input0', value: 0 }],
  nodes: [
    {
      op: 'full' as const,
      inputs: [],
      outputs: [0],
      attributes: { shape: [1], dtype: 'float32' as const, value: Number.NEGATIVE_INFINITY },
      frame: -1,
    },
  ],
  outputs: [],
  updates: [],
  counters: [],
};

const step = (number: number, loss = 1 / number): StepEvent => ({
  kind: 'step',
  step: number,
  epoch: 1,
  loss,
  metrics: { dice: 0.5 },
  lr: 0.001,
  secondsLeft: null,
  millisecondsPerStep: 10,
});
const checkpoint = (number: number): TrainEvent => ({
  kind: 'checkpoint',
  isBest: false,
  step: number,
  epoch: 1,
  weights: Uint8Array.of(number),
  trainerState: Uint8Array.of(number, number),
  best: null,
});

async function newRun(runs = join(temporaryFolder(), '.cnnlab', 'runs')): Promise<RunFolder> {
  const created = await RunFolder.create(
    runs,
    RUN,
    {
      experimentText: '{ // mine\n}',
      modelFiles: { 'models/unet.py': 'class UNet', '../up.py': 'x' },
      graph: GRAPH,
    },
    NOW,
  );
  if ('error' in created) throw new Error(created.error);
  return created.ok;
}

test('a new run holds what it was made from, and Git ignores it', async () => {
  const run = await newRun();
  expect(run.path).toMatch(/2024-05-17_09-30-05-UNet-cells$/);
  expect(readFileSync(join(run.path, 'experiment.cnnlab.json'), 'utf8')).toBe('{ // mine\n}');
  expect(readFileSync(join(run.path, 'model/models/unet.py'), 'utf8')).toBe('class UNet');
  expect(existsSync(join(run.path, 'model/up.py'))).toBe(true);
  expect(await readRunGraph(run.path)).toEqual({ ok: GRAPH });
  expect(readFileSync(join(run.path, '../../.gitignore'), 'utf8')).toBe('*\n');
});

test('two runs of the same second do not meet', async () => {
  const runs = join(temporaryFolder(), 'runs');
  const [first, second] = [await newRun(runs), await newRun(runs)];
  expect(second.path).toBe(`${first.path}-2`);
  expect(existsSync(join(runs, '..', '.gitignore'))).toBe(false);
});

test('events fill it and come back', async () => {
  const run = await newRun();
  const epoch: TrainEvent = {
    kind: 'epoch',
    epoch: 1,
    step: 2,
    train: { loss: 0.7 },
    validation: { dice: 0.5 },
  };
  const events = [step(1), step(2, Number.NaN), epoch, checkpoint(2)];
  for (const event of events) expect(await run.handle(event)).toEqual({ ok: null });
  await run.handle({ kind: 'state', state: 'completed', error: null, hint: null });
  await run.close();
  const read = await readRun(run.path);
  expect(read).toMatchObject({
    ok: {
      record: { state: 'completed', step: 2, epoch: 1 },
      history: events.slice(0, 3),
      hasLast: true,
      hasBest: false,
    },
  });
  expect(await readCheckpoint(run.path, 'last')).toEqual({
    ok: { weights: Uint8Array.of(2), trainerState: Uint8Array.of(2, 2) },
  });
  expect(await readCheckpoint(run.path, 'best')).toMatchObject({ error: 'the run has no best checkpoint' });
});

test('pinned predictions are masks in class colours', async () => {
  const run = await newRun();
  const preview = {
    sample: 'images/ä 1.png',
    width: 2,
    height: 1,
    image: new Uint8Array(8).fill(9),
    truth: Uint8Array.of(0, 1),
    prediction: Uint8Array.of(1, 1),
    score: 0.5,
    predictedClass: null,
    trueClass: null,
  };
  await run.handle({ kind: 'pinned', step: 12, epoch: 1, previews: [preview] });
  const folder = join(run.path, 'pinned', 'images_ä 1');
  expect(readdirSync(folder).sort()).toEqual(['image.png', 'step-000012.png', 'truth.png']);
  const mask = decodeMask(readFileSync(join(folder, 'step-000012.png')));
  expect(mask).toMatchObject({
    ok: { data: Uint8Array.of(1, 1), palette: Uint8Array.of(0, 0, 0, 230, 159, 0) },
  });
});

describe('after a crash', () => {
  test('metrics cut at any byte give all whole lines', async () => {
    const run = await newRun();
    for (const number of [1, 2, 3]) await run.handle(step(number));
    const path = join(run.path, 'metrics.jsonl');
    const whole = readFileSync(path);
    const lineEnds = [...whole.keys()].filter((index) => whole[index] === 10);
    for (let size = whole.length; size >= 0; size -= 7) {
      truncateSync(path, size);
      const read = await readRun(run.path);
      // A line is whole with or without its newline.
      const expected = lineEnds.filter((end) => end <= size).length;
      expect('ok' in read && read.ok.history.length).toBe(expected);
    }
  });
  test('a run that nobody trains any more is interrupted', async () => {
    const run = await newRun();
    const path = join(run.path, '..');
    expect(await listRuns(path)).toMatchObject({
      ok: { runs: [{ record: { state: 'interrupted' } }], broken: [] },
    });
    const living = await listRuns(path, new Set([run.record.id]));
    expect(living).toMatchObject({ ok: { runs: [{ record: { state: 'running' } }] } });
  });
  test('a damaged record is listed as broken, and the others are still there', async () => {
    const runs = join(temporaryFolder(), 'runs');
    const [first, second] = [await newRun(runs), await newRun(runs)];
    truncateSync(join(first.path, 'run.json'), 40);
    expect(await listRuns(runs)).toMatchObject({
      ok: {
        runs: [{ path: second.path }],
        broken: [{ path: first.path, error: expect.stringMatching(/not valid JSON/) }],
      },
    });
  });
  test('weights and trainer state always belong together', async () => {
    const run = await newRun();
    await run.handle(checkpoint(1));
    const at = (name: string): string => join(run.path, 'checkpoints', name);
    const pair = async (): Promise<unknown> => {
      const read = await readCheckpoint(run.path, 'last');
      return 'ok' in read ? [read.ok.weights[0], read.ok.trainerState?.[0]] : read;
    };
    // Before the new state was complete: the old pair stands.
    writeFileSync(at('last.safetensors.next'), Uint8Array.of(7));
    expect(await pair()).toEqual([1, 1]);
    // Both complete, nothing renamed yet.
    writeFileSync(at('last.safetensors.next'), Uint8Array.of(2));
    writeFileSync(at('last.state.safetensors.next'), Uint8Array.of(2, 2));
    expect(await pair()).toEqual([2, 2]);
    // Weights renamed, state not yet.
    writeFileSync(at('last.safetensors'), Uint8Array.of(3));
    writeFileSync(at('last.state.safetensors.next'), Uint8Array.of(3, 3));
    expect(await pair()).toEqual([3, 3]);
    expect(readdirSync(join(run.path, 'checkpoints')).sort()).toEqual([
      'last.safetensors',
      'last.state.safetensors',
    ]);
  });
  test('going on drops the metrics after the checkpoint and a torn line', async () => {
    const run = await newRun();
    for (const number of [1, 2, 3]) await run.handle(step(number));
    writeFileSync(join(run.path, 'metrics.jsonl'), '{"kind":"step","st', { flag: 'a' });
    const again = await RunFolder.reopen(run.path, 2);
    if ('error' in again) throw new Error(again.error);
    await again.ok.handle(step(3, 0.25));
    const read = await readRun(run.path);
    expect('ok' in read && read.ok.history).toEqual([step(1), step(2), step(3, 0.25)]);
    expect(again.ok.record).toMatchObject({ state: 'running', step: 3 });
  });
});

test('a folder that cannot be made says what to do', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const created = await RunFolder.create(join(file, 'runs'), RUN, {
    experimentText: '',
    modelFiles: {},
    graph: null,
  });
  expect(created).toMatchObject({
    error: expect.stringMatching(/cannot write a run into .*: a part of the path is a file/),
  });
});

test('runs lie beside the experiment unless it says otherwise', () => {
  const folder = temporaryFolder();
  expect(runsFolderOf(folder, null)).toBe(join(folder, '.cnnlab', 'runs'));
  expect(runsFolderOf(folder, 'out')).toBe(join(folder, 'out'));
});

test('TensorBoard’s file frames, checksums and scalars', async () => {
  const run = await newRun();
  await run.handle(step(5, 0.5));
  const name = readdirSync(run.path).find((each) => each.startsWith('events.out.tfevents.'))!;
  const records = readRecords(readFileSync(join(run.path, name)));
  expect(records.map(readEvent)).toEqual([
    { version: 'brain.Event:2', step: 0, scalars: {} },
    { version: '', step: 5, scalars: { 'step/loss': 0.5, 'step/lr': Math.fround(0.001), 'step/dice': 0.5 } },
  ]);
});

/** TFRecord frames, with both checksums recomputed bit by bit. */
function readRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(offset));
    const data = bytes.subarray(offset + 12, offset + 12 + length);
    expect(bytes.readUInt32LE(offset + 8)).toBe(maskedCrc(bytes.subarray(offset, offset + 8)));
    expect(bytes.readUInt32LE(offset + 12 + length)).toBe(maskedCrc(data));
    records.push(data);
    offset += length + 16;
  }
  return records;
}

function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function readEvent(bytes: Uint8Array): { version: string; step: number; scalars: Record<string, number> } {
  const event = { version: '', step: 0, scalars: {} as Record<string, number> };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 2) event.step = Number(reader.int64());
    else if (field === 3) event.version = reader.string();
    else if (field === 5) {
      const summary = new BinaryReader(reader.bytes());
      while (summary.pos < summary.len) {
        summary.tag();
        const value = new BinaryReader(summary.bytes());
        let tag = '';
        while (value.pos < value.len) {
          const [valueField] = value.tag();
          if (valueField === 1) tag = value.string();
          else event.scalars[tag] = value.float();
        }
      }
    } else reader.skip(type);
  }
  return event;
}
