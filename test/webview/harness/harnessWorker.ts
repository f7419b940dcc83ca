/** @file Stands in for the engine's worker: answers with the scene's events instead of training. */
import type { FromWorker, ToWorker } from '../../../src/engine/messages';
import { prediction, trainingEvents, warning } from './scenes';

declare const scene: string;

const post = (message: FromWorker): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'boot') {
    const webgpu = { backend: 'webgpu' as const, description: 'Apple M2', fallbackReason: null };
    const missing = 'WebGPU is there, but it found no graphics adapter.';
    post({
      kind: 'booted',
      webgpu: scene === 'fallback' ? null : webgpu,
      webgpuMissing: scene === 'fallback' ? missing : null,
    });
  }
  if (data.kind === 'train') {
    const reason =
      scene === 'fallback'
        ? 'WebGPU found no graphics adapter, so the processor does the work: slower, same numbers.'
        : null;
    const { runId } = data.job;
    for (const event of trainingEvents(100, reason)) post({ kind: 'event', runId, event });
    post({ kind: 'event', runId, event: warning });
    if (scene !== 'failed') return;
    const error = 'The loss became NaN at step 101 (epoch 5).';
    const hint = 'Lower the learning rate (now 0.1). The last checkpoint is kept.';
    post({ kind: 'event', runId, event: { kind: 'state', state: 'failed', error, hint } });
  }
  if (data.kind === 'pause')
    post({
      kind: 'event',
      runId: 'run-1',
      event: { kind: 'state', state: 'paused', error: null, hint: null },
    });
  if (data.kind === 'predict')
    post({
      kind: 'prediction',
      request: data.request,
      prediction: prediction(scene === 'classes'),
      error: null,
    });
});
