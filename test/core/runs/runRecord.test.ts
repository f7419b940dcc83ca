import { expect, test } from 'vitest';
import { parseModelReference } from '../../../src/core/runs/modelReference';
import { defaultExperiment } from '../../../src/core/runs/parseExperiment';
import {
  advanceRunRecord,
  createRunRecord,
  interrupted,
  parseRunRecord,
  runId,
} from '../../../src/core/runs/runRecord';

const record = createRunRecord(
  {
    id: 'a',
    name: 'unet',
    experiment: { ...defaultExperiment('m.py', 'd'), input: [1, 8, 8], task: 'segmentation', loss: 'dice' },
    model: { file: 'm.py', class: 'UNet', parameters: 10 },
    classes: ['background', 'foreground'],
    trainSamples: 8,
    validationSamples: 2,
    totalSteps: 20,
  },
  '2024-05-17T09:30:05.000Z',
);

test('a record survives its own text', () => {
  expect(parseRunRecord(JSON.stringify(record))).toEqual({ ok: record });
});

test('what is no record says why', () => {
  expect(parseRunRecord('{"schema": 1, "id"')).toMatchObject({
    error: expect.stringContaining('not valid JSON'),
  });
  expect(parseRunRecord('{"schema": 2}')).toEqual({
    error: 'run.json has schema 2; this version reads schema 1',
  });
  expect(parseRunRecord('{"schema": 1}')).toMatchObject({ error: expect.stringContaining('lacks id, name') });
});

test('events advance it', () => {
  const best = { epoch: 1, step: 2, validation: { dice: 0.5 } };
  const step = {
    kind: 'step',
    step: 2,
    epoch: 1,
    loss: 1,
    metrics: {},
    lr: 1,
    secondsLeft: null,
    millisecondsPerStep: 1,
  };
  const weights = new Uint8Array(1);
  let now = advanceRunRecord(record, { ...step, kind: 'step' }, 't1');
  now = advanceRunRecord(
    now,
    { kind: 'checkpoint', step: 2, epoch: 1, weights, trainerState: weights, isBest: true, best },
    't2',
  );
  now = advanceRunRecord(now, { kind: 'state', state: 'failed', error: 'lost', hint: null }, 't3');
  expect(now).toMatchObject({ step: 2, epoch: 1, best, state: 'failed', error: 'lost', updated: 't3' });
  expect(interrupted(now).state).toBe('failed');
  expect(interrupted(record).state).toBe('interrupted');
});

test('run ids are sortable and safe as folder names', () => {
  const date = new Date(2024, 4, 7, 9, 3, 5);
  expect(runId(date, 'UNet on Zellen größer: 2/3?')).toBe('2024-05-07_09-03-05-UNet-on-Zellen-größer-2-3');
  expect(runId(date, '../..')).toBe('2024-05-07_09-03-05');
});

test('model references', () => {
  expect(parseModelReference('a/unet.py:UNet')).toEqual({ file: 'a/unet.py', name: 'UNet' });
  expect(parseModelReference('unet.py')).toEqual({ file: 'unet.py', name: null });
  expect(parseModelReference('C:\\models\\unet.py')).toEqual({ file: 'C:\\models\\unet.py', name: null });
  expect(parseModelReference('C:\\models\\unet.py:Net')).toEqual({
    file: 'C:\\models\\unet.py',
    name: 'Net',
  });
});
