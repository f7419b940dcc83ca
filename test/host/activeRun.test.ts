/** @file The run that goes on: numbered events, gaps, repeats, and a page that vanishes. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultExperiment } from '../../src/core/runs/parseExperiment';
import type { StepEvent } from '../../src/core/runs/run';
import { RunFolder } from '../../src/disk/runFolder';
import { ActiveRun } from '../../src/host/runs/activeRun';
import { formatDuration, progressText } from '../../src/host/runs/runText';

const step = (number: number): StepEvent => ({
  kind: 'step',
  step: number,
  epoch: 1,
  loss: 1 / number,
  metrics: {},
  lr: 0.01,
  secondsLeft: 72,
  millisecondsPerStep: 10,
});

describe('the active run', () => {
  let parent = '';
  let run: ActiveRun;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'cnn-lab-run-'));
    const created = await RunFolder.create(
      parent,
      {
        name: 'UNet on cells',
        experiment: {
          ...defaultExperiment('unet.py:UNet', 'cells'),
          input: [1, 8, 8],
          task: 'segmentation',
          loss: 'bce_dice',
        },
        model: { file: 'unet.py', class: 'UNet', parameters: 10 },
        classes: ['background', 'foreground'],
        trainSamples: 8,
        validationSamples: 2,
        totalSteps: 40,
      },
      { experimentText: '{}', modelFiles: { 'unet.py': '' }, graph: null },
    );
    assert('ok' in created);
    run = new ActiveRun(
      created.ok,
      [],
      () => undefined,
      () => undefined,
    );
  });

  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('takes every event once, whatever is sent twice', async () => {
    assert.equal(await run.receive(1, [step(1), step(2)]), 2);
    assert.equal(await run.receive(1, [step(1), step(2), step(3)]), 3);
    const lines = (await readFile(join(run.folder.path, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { step: number }).step),
      [1, 2, 3],
    );
  });

  it('asks again after a gap', async () => {
    assert.equal(await run.receive(1, [step(1)]), 1);
    assert.equal(await run.receive(3, [step(3)]), 1);
    assert.equal(await run.receive(2, [step(2), step(3)]), 3);
  });

  it('can be resumed once it has a checkpoint and its page is gone', async () => {
    const bytes = new Uint8Array([1]);
    const checkpoint = { kind: 'checkpoint', step: 1, epoch: 1, weights: bytes, best: null } as const;
    await run.receive(1, [step(1)]);
    assert.equal(run.isResumable, false);
    await run.receive(2, [{ ...checkpoint, isBest: false, trainerState: bytes }]);
    await run.interrupt();
    assert.equal(run.record.state, 'interrupted');
    assert.equal(run.isResumable, true);
  });

  it('reads well in the status bar', () => {
    assert.equal(progressText(run.record, step(13)), 'UNet 1/20 · 32 % · 1:12 left');
    assert.deepEqual([42, 72, 3800].map(formatDuration), ['0:42', '1:12', '1:03:20']);
  });
});
