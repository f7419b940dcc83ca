/** @file Traces model files in disposable worker threads: one at work, one booted and waiting. */
import { fileURLToPath } from 'node:url';
import type { Diagnostic, TraceRequest, TraceResult } from '../core/graph/tracedModel';
import { reachesInside } from './reachesInside';
import { type Outcome, type Patience, SandboxWorker } from './sandboxWorker';
import { parseWanted } from './traceWithLibraries';

export type TraceOptions = Partial<Patience>;

type WorkerAnswer = Omit<TraceResult, 'milliseconds'> & { readonly recycle: boolean };

const DEFAULT_TIMEOUT = 1800;
const SPARE_DELAY = 2000;

/**
 * What the user's file does wrong comes back as diagnostics in the `TraceResult`: also endless loops and too much
 * memory. `trace` rejects only when aborted, disposed, or when the sandbox cannot be started at all.
 */
export class TraceClient {
  private readonly folder: string;
  private current: SandboxWorker | null = null;
  private spare: SandboxWorker | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private spareTimer: NodeJS.Timeout | null = null;
  private disposed = false;

  /** @param dist the folder of build output, which holds `trace/` */
  constructor(dist: string | URL) {
    const folder = dist instanceof URL || dist.startsWith('file:') ? fileURLToPath(dist) : dist;
    this.folder = `${folder.replace(/[\\/]$/, '')}/trace`;
  }

  /** Boots the first worker ahead of the first request. */
  warm(): void {
    if (!this.disposed) this.current ??= new SandboxWorker(this.folder);
  }

  /** Requests run one after another, in order. */
  trace(request: TraceRequest, options: TraceOptions = {}): Promise<TraceResult> {
    const turn = this.queue.then(() => this.run(request, options));
    this.queue = turn.catch(() => {});
    return turn;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    if (this.spareTimer) clearTimeout(this.spareTimer);
    await Promise.all([this.current?.terminate(), this.spare?.terminate()]);
    this.current = this.spare = null;
  }

  private async run(request: TraceRequest, options: TraceOptions): Promise<TraceResult> {
    options.signal?.throwIfAborted();
    if (this.disposed) throw new Error('the trace client is disposed');
    const { outcome, worker } = await this.exchange(request, options);
    const { milliseconds } = outcome;
    options.signal?.throwIfAborted();
    const answer = outcome.kind === 'answer' ? parseAnswer(outcome.answer) : null;
    if (!answer) {
      this.recycle(worker);
      const reason = outcome.kind === 'stopped' ? outcome.reason : 'crash';
      const diagnostics = [stopped(request.entry, reason)];
      return { candidates: [], models: [], diagnostics, milliseconds };
    }
    const { recycle, ...result } = answer;
    if (recycle || reachesInside(request.files)) this.recycle(worker);
    else this.prepareSpare();
    return { ...result, milliseconds };
  }

  /** A worker that cannot go on from where it is hands over to a fresh one, which imports first what was wanted. */
  private async exchange(
    { environment, ...request }: TraceRequest,
    { timeoutMs = DEFAULT_TIMEOUT, ...options }: TraceOptions,
  ): Promise<{ outcome: Exclude<Outcome, { kind: 'stale' }>; worker: SandboxWorker }> {
    const text = JSON.stringify(request);
    const preload: string[] = [];
    for (;;) {
      const worker = this.takeWorker();
      const outcome = await worker.request(
        { request: text, environment: environment ?? null, preload },
        { timeoutMs, ...options },
      );
      if (worker.isBroken) this.recycle(worker);
      const wanted = outcome.kind === 'answer' ? parseWanted(outcome.answer)?.wanted : undefined;
      if (outcome.kind !== 'stale' && !wanted) return { outcome, worker };
      options.signal?.throwIfAborted();
      this.recycle(worker);
      preload.push(...(wanted ?? []));
    }
  }

  /** Later, so that booting it does not slow the traces that follow the first. */
  private prepareSpare(): void {
    if (this.spare || this.spareTimer) return;
    this.spareTimer = setTimeout(() => {
      this.spareTimer = null;
      if (!this.disposed) this.spare ??= new SandboxWorker(this.folder);
    }, SPARE_DELAY);
    this.spareTimer.unref();
  }

  private takeWorker(): SandboxWorker {
    if (this.current?.isBroken) this.recycle(this.current);
    this.current ??= new SandboxWorker(this.folder);
    return this.current;
  }

  /** Ends a worker and puts the spare in its place. */
  private recycle(worker: SandboxWorker): void {
    void worker.terminate();
    if (this.current !== worker || this.disposed) return;
    this.current = this.spare ?? new SandboxWorker(this.folder);
    this.spare = null;
  }
}

/** Null where the file has made Python say something else. */
function parseAnswer(text: string): WorkerAnswer | null {
  try {
    const answer = JSON.parse(text) as Partial<WorkerAnswer> | null;
    const lists = [answer?.candidates, answer?.models, answer?.diagnostics];
    return lists.every(Array.isArray) ? (answer as WorkerAnswer) : null;
  } catch {
    return null;
  }
}

function stopped(file: string, reason: 'timeout' | 'memory' | 'crash'): Diagnostic {
  const place = { file, line: 1, column: 0, endLine: 1, endColumn: 0, severity: 'error' } as const;
  if (reason === 'timeout')
    return {
      ...place,
      code: 'timeout',
      message: 'Stopped: the file was still running when the time for tracing was over.',
      hint: 'Look for a loop without end, or put long work under `if __name__ == "__main__":`.',
    };
  if (reason === 'memory')
    return {
      ...place,
      code: 'memory-limit',
      message: 'Tracing this file takes more memory than the sandbox allows (512 MB).',
      hint: 'Tensors cost nothing while tracing: look for large Python lists or byte strings.',
    };
  return {
    ...place,
    code: 'sandbox-crash',
    message: 'Python stopped working while it traced this file.',
    hint: 'Endless recursion and very deep nesting can do that; tracing starts afresh with the next change.',
  };
}
