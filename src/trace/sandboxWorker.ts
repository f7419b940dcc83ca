/** @file One worker thread with a sandbox in it, from its booting to its end. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { setAlarms, type TraceClock } from './alarms';
import type { FromWorker, ToWorker } from './workerMessages';

type Ending =
  | { readonly kind: 'answer'; readonly answer: string }
  | { readonly kind: 'stopped'; readonly reason: 'timeout' | 'memory' | 'crash' }
  /** It holds packages of another environment, or does not answer any more: another worker may. */
  | { readonly kind: 'stale' };

/** `milliseconds`: how long Python ran. */
export type Outcome = Ending & { readonly milliseconds: number };

/** Python's SIGINT: KeyboardInterrupt is raised at the line that is running. */
const INTERRUPT = 2;
/** Of the time allowed: then Python is asked to stop, so that the line can be named. */
const ASK_AFTER = [0.7, 0.9];
const HEAP_LIMIT_MB = 512;
/** For packages, which are imported once and then kept: a few thousand files are compiled in it. */
const IMPORT_TIMEOUT_MS = 30_000;

/** Then a worker that does not begin is still held by the file before, in code that it had put off. */
const START_TIMEOUT_MS = 3_000;

/** What goes with a request. */
export interface Patience {
  /** How long Python may trace, in milliseconds; waiting, booting and importing packages do not count. */
  readonly timeoutMs: number;
  /** Which time counts; default `processor`, which does not take a busy machine for a loop without end. */
  readonly clock?: TraceClock;
  /** Aborting rejects the promise with an `AbortError`; a trace that is running is stopped. */
  readonly signal?: AbortSignal;
  /** Told which packages are being imported, and null when that is over. */
  readonly onImporting?: (names: readonly string[] | null) => void;
}

export class SandboxWorker {
  private readonly worker: Worker;
  private readonly booted: Promise<void>;
  private interrupt: Uint8Array | null = null;
  private listener: ((message: FromWorker) => void) | null = null;
  private requests = 0;
  private broken: 'memory' | 'crash' | null = null;

  constructor(folder: string) {
    this.worker = new Worker(pathToFileURL(`${folder}/worker.mjs`), {
      workerData: { folder },
      env: {},
      execArgv: [],
      stdin: true,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB, stackSizeMb: 8 },
    });
    this.worker.unref();
    this.booted = new Promise((resolve, reject) => {
      this.listener = (message) => {
        if (message.kind === 'ready') {
          this.interrupt = message.interrupt;
          resolve();
        } else if (message.kind === 'failed') {
          this.broken = 'crash';
          reject(new Error(`The tracing sandbox could not start: ${message.message}`));
        }
      };
      this.worker.once('error', (error: NodeJS.ErrnoException) => {
        this.broken = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash';
        reject(new Error(`The tracing sandbox could not start: ${error.message}`));
      });
      this.worker.once('exit', () => {
        this.broken ??= 'crash';
        reject(new Error('The tracing sandbox ended while starting.'));
      });
    });
    this.booted.catch(() => {}); // told to whoever sends a request
    this.worker.on('message', (message: FromWorker) => this.listener?.(message));
  }

  /** True when no more requests can be sent. */
  get isBroken(): boolean {
    return this.broken !== null;
  }

  /** @throws when the sandbox could not start. */
  async request(request: Omit<ToWorker, 'id'>, patience: Patience): Promise<Outcome> {
    this.worker.ref();
    try {
      await this.booted;
      return await this.exchange(request, patience);
    } finally {
      this.worker.unref();
    }
  }

  async terminate(): Promise<void> {
    this.broken ??= 'crash';
    await this.worker.terminate();
  }

  private exchange(
    request: Omit<ToWorker, 'id'>,
    { timeoutMs, clock = 'processor', signal, onImporting }: Patience,
  ): Promise<Outcome> {
    const id = ++this.requests;
    return new Promise((resolve) => {
      let isImporting = false;
      let callOff = (): void => {};
      let lastChance: NodeJS.Timeout | undefined;
      let startedAt = performance.now();
      const allow = (milliseconds: number): void => {
        callOff();
        callOff = setAlarms(clock, [
          ...ASK_AFTER.map((part) => ({ at: milliseconds * part, ring: ask })),
          { at: milliseconds, ring: stop },
        ]);
      };
      const importing = (names: readonly string[] | null): void => {
        if (isImporting || names) onImporting?.(names);
        isImporting = names !== null;
      };
      const finish = (ending: Ending): void => {
        callOff();
        clearTimeout(lastChance);
        importing(null);
        signal?.removeEventListener('abort', abort);
        this.worker.off('exit', onExit);
        resolve({ ...ending, milliseconds: performance.now() - startedAt });
      };
      const stop = (): void => {
        this.broken = 'crash';
        void this.worker.terminate();
        finish({ kind: 'stopped', reason: 'timeout' });
      };
      const giveUp = (): void => {
        this.broken = 'crash';
        void this.worker.terminate();
        finish({ kind: 'stale' });
      };
      const ask = (): void => {
        if (this.interrupt) this.interrupt[0] = INTERRUPT;
      };
      const abort = (): void => {
        // What is imported serves whoever asks next.
        if (isImporting) return;
        ask();
        lastChance = setTimeout(stop, 200);
      };
      const onExit = (): void => finish({ kind: 'stopped', reason: this.broken ?? 'crash' });
      if (this.broken) return onExit();
      this.worker.once('exit', onExit);
      signal?.addEventListener('abort', abort);
      this.listener = (message) => {
        if (message.kind === 'started' && message.id === id) {
          importing(null);
          startedAt = performance.now();
          allow(timeoutMs);
        } else if (message.kind === 'importing' && message.id === id) {
          importing(message.names);
          allow(IMPORT_TIMEOUT_MS);
        } else if (message.kind === 'answer' && message.id === id) {
          finish({ kind: 'answer', answer: message.answer });
        } else if (message.kind === 'stale' && message.id === id) {
          finish({ kind: 'stale' });
        } else if (message.kind === 'broken' && message.id === id) {
          this.broken = 'crash';
          finish({ kind: 'stopped', reason: 'crash' });
        }
      };
      callOff = setAlarms(clock, [{ at: START_TIMEOUT_MS, ring: giveUp }]);
      this.worker.postMessage({ id, ...request } satisfies ToWorker);
    });
  }
}
