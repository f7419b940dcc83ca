/**
 * @file Entry of the engine's worker: a run lives here with all its state and timers, because this is the only place
 * that neither a covered panel nor a window in the background slows down.
 */
import type { PredictionJob, TrainingJob } from '../src/core/runs/job';
import type { RunState, TrainEvent } from '../src/core/runs/run';
import { chooseBackend } from '../src/engine/chooseBackend';
import type { FromWorker, ToWorker } from '../src/engine/messages';
import { Predictor } from '../src/engine/predictor';
import { Trainer } from '../src/engine/trainer';
import { TrainingError } from '../src/engine/trainingError';
import { FileRequests } from './worker/fileRequests';
import { HeartbeatWatch } from './worker/heartbeatWatch';
import { probeGpu } from './worker/probeGpu';

interface ActiveRun {
  readonly runId: string;
  /** Null while its backend is being chosen. */
  trainer: Trainer | null;
  /** What the user asked for last; it may come before there is a trainer to do it. */
  wanted: 'run' | 'pause' | 'stop';
}

const post = (message: FromWorker): void => self.postMessage(message);
const files = new FileRequests((request, path) => post({ kind: 'readFile', request, path }));
let ortWasm: ArrayBuffer | null = null;
let active: ActiveRun | null = null;

const heartbeat = new HeartbeatWatch(
  () => {
    if (active?.wanted !== 'run') return;
    report(active, { kind: 'warning', message: 'The editor was silent for ten minutes: saved and paused.' });
    active.trainer?.pause();
  },
  // Somebody listens again: go on, unless the user has paused the run in the meantime.
  () => active?.wanted === 'run' && active.trainer?.resume(),
);

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  switch (message.kind) {
    case 'boot':
      ortWasm = message.ortWasm;
      void probeGpu(navigator.gpu).then((found) => post({ kind: 'booted', ...found }));
      return;
    case 'train':
      void train(message.job);
      return;
    case 'pause':
    case 'resume':
    case 'stop':
      control(message.kind);
      return;
    case 'predict':
      void predict(message.request, message.job, message.image, message.name);
      return;
    case 'file':
      files.answer(message.request, message.bytes, message.error);
      return;
    case 'heartbeat':
      heartbeat.beat();
      return;
  }
});

// Whatever escapes is the end of the run, and the user has to hear of it.
self.addEventListener('unhandledrejection', (event) => {
  if (active) fail(active, event.reason);
});
self.addEventListener('error', (event) => {
  if (!active) return;
  fail(active, event.error ?? event.message);
  // Said; the page need not hear of it a second time.
  event.preventDefault();
});

async function train(job: TrainingJob): Promise<void> {
  const before = active;
  const run: ActiveRun = { runId: job.runId, trainer: null, wanted: 'run' };
  active = run;
  before?.trainer?.stop();
  try {
    const backend = await chooseBackend({ choice: job.device, gpu: navigator.gpu, ortWasm: binary() });
    try {
      run.trainer = new Trainer(job, backend, files.read, (event) => report(run, event));
      if (run.wanted === 'stop') run.trainer.stop();
      if (run.wanted === 'pause') run.trainer.pause();
      await run.trainer.run();
    } finally {
      backend.dispose();
    }
  } catch (error) {
    fail(run, error);
  } finally {
    if (active === run) active = null;
  }
}

function control(kind: 'pause' | 'resume' | 'stop'): void {
  if (!active) return;
  active.wanted = kind === 'resume' ? 'run' : kind;
  active.trainer?.[kind]();
}

async function predict(
  request: number,
  job: PredictionJob,
  image: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<void> {
  try {
    const backend = await chooseBackend({ choice: job.device, gpu: navigator.gpu, ortWasm: binary() });
    try {
      const predictor = await Predictor.create(job, backend);
      const prediction = await predictor.predict(image, name);
      predictor.dispose();
      post({ kind: 'prediction', request, prediction, error: null });
    } finally {
      backend.dispose();
    }
  } catch (error) {
    post({ kind: 'prediction', request, prediction: null, error: textOf(error) });
  }
}

function binary(): ArrayBuffer {
  if (!ortWasm) throw new Error('The engine was used before it was booted.');
  return ortWasm;
}

function report(run: ActiveRun, event: TrainEvent): void {
  post({ kind: 'event', runId: run.runId, event });
}

function fail(run: ActiveRun, error: unknown): void {
  const state: RunState = 'failed';
  const hint = error instanceof TrainingError ? error.hint : null;
  report(run, { kind: 'state', state, error: textOf(error), hint });
  run.trainer?.stop();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
