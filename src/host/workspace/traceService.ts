/** @file Traces model files of the workspace, with a memory of what did not change. */
import * as vscode from 'vscode';
import type { FixEffort, TraceRequest, TraceResult } from '../../core/graph/tracedModel';
import type { TraceOptions } from '../../trace/traceClient';
import { ImportProgress } from './importProgress';
import type { PythonSources } from './pythonSources';
import { workspacePath } from './workspacePaths';

/** What `TraceClient` offers; nothing else of it is used here. */
export interface Tracer {
  trace(
    request: TraceRequest,
    options?: Pick<TraceOptions, 'timeoutMs' | 'signal' | 'onImporting'>,
  ): Promise<TraceResult>;
  warm(): void;
  dispose(): unknown;
}

export interface TraceQuestion {
  /** Absent: every model for which the file itself shows an input. */
  readonly target?: TraceRequest['target'];
  readonly signal?: AbortSignal;
  readonly fixes?: FixEffort;
  /** Takes the place of the file's own text. */
  readonly text?: string;
}

export class UntrustedWorkspaceError extends Error {
  override readonly name = 'UntrustedWorkspaceError';
  constructor() {
    super('This workspace is in Restricted Mode. CNN Lab runs model files only in a trusted workspace.');
  }
}

interface Remembered {
  readonly entry: string;
  readonly files: TraceRequest['files'];
  readonly target: string;
  /** Its folders and its stamp: another one after an installation. */
  readonly environment: string;
  readonly fixes: FixEffort | undefined;
  readonly result: Promise<TraceResult>;
  readonly stop: AbortController;
  /** Whoever waits for it and has not given up. */
  waiting: number;
}

/** Answers kept, over all files. Typing comes back to what worked last, and deleting to what stood there before. */
const remembered = 48;

export class TraceService implements vscode.Disposable {
  readonly #tracer: Tracer;
  /** The latest asked for last. */
  readonly #memory = new Set<Remembered>();

  constructor(
    createTracer: () => Tracer,
    readonly sources: PythonSources,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // Starting Python costs memory: nothing starts before the first question, or before one is sure to come.
    let started: Tracer | null = null;
    const start = (): Tracer => {
      started ??= createTracer();
      return started;
    };
    const progress = new ImportProgress();
    this.#tracer = {
      trace: (request, options) => start().trace(request, { onImporting: progress.show, ...options }),
      warm: () => start().warm(),
      dispose: () => started?.dispose(),
    };
  }

  /** Boots Python while files are still being read; in a trusted workspace only. */
  warm(): void {
    if (vscode.workspace.isTrusted) this.#tracer.warm();
  }

  /** @throws UntrustedWorkspaceError in Restricted Mode, before anything runs. */
  async trace(entry: vscode.Uri, { target, signal, text, fixes }: TraceQuestion = {}): Promise<TraceResult> {
    if (!vscode.workspace.isTrusted) throw new UntrustedWorkspaceError();
    const { path } = workspacePath(entry);
    const [files, environment] = await Promise.all([
      this.sources.filesFor(entry, text),
      this.sources.environmentOf(entry),
    ]);
    signal?.throwIfAborted();
    const question = {
      entry: entry.toString(),
      files,
      target: JSON.stringify(target ?? null),
      environment: JSON.stringify(environment ?? null),
      fixes,
    };
    const known = this.#recall(question);
    if (known) return this.#wait(known, signal);
    const stop = new AbortController();
    const request: TraceRequest = { files, entry: path, target, environment, fixes };
    const result = this.#traceTwice(request, stop.signal);
    const asked: Remembered = { ...question, result, stop, waiting: 0 };
    this.#remember(asked);
    result.then(
      ({ milliseconds }) => this.log.debug(`Traced ${entry.fsPath} in ${milliseconds.toFixed(0)} ms`),
      // A cancelled or failed trace answers nobody's next question.
      () => this.#memory.delete(asked),
    );
    return this.#wait(asked, signal);
  }

  /** A sandbox that broke may have been broken by the file before, or by a machine that is too busy: ask once more. */
  async #traceTwice(request: TraceRequest, signal: AbortSignal): Promise<TraceResult> {
    const result = await this.#tracer.trace(request, { signal });
    if (!result.diagnostics.some(({ code }) => code === 'sandbox-crash')) return result;
    return this.#tracer.trace(request, { signal });
  }

  /** Several may wait for one trace: it is stopped when the last of them gives up. */
  #wait(asked: Remembered, signal: AbortSignal | undefined): Promise<TraceResult> {
    asked.waiting++;
    if (!signal) return asked.result;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        asked.waiting--;
        if (asked.waiting === 0) asked.stop.abort();
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      asked.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  #recall(
    question: Pick<Remembered, 'entry' | 'files' | 'target' | 'environment' | 'fixes'>,
  ): Remembered | null {
    for (const known of this.#memory) {
      if (known.entry !== question.entry || known.target !== question.target) continue;
      if (known.fixes !== question.fixes) continue;
      if (known.environment !== question.environment || !sameTexts(known.files, question.files)) continue;
      // One that was stopped a moment ago, by the last who waited for it, will not have an answer.
      if (known.stop.signal.aborted) continue;
      this.#remember(known);
      return known;
    }
    return null;
  }

  #remember(entry: Remembered): void {
    this.#memory.delete(entry);
    this.#memory.add(entry);
    const oldest = this.#memory.values().next();
    if (this.#memory.size > remembered && !oldest.done) this.#memory.delete(oldest.value);
  }

  /** The next questions are answered afresh. */
  forget(): void {
    this.#memory.clear();
  }

  /** For what drives the tracer itself, like the preparation of a training job. */
  get tracer(): Tracer {
    if (!vscode.workspace.isTrusted) throw new UntrustedWorkspaceError();
    return this.#tracer;
  }

  dispose(): void {
    this.#tracer.dispose();
  }
}

function sameTexts(a: TraceRequest['files'], b: TraceRequest['files']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
