/** @file Traces model files of the workspace, with a memory of what did not change. */
import * as vscode from 'vscode';
import type { TraceRequest, TraceResult } from '../../core/graph/tracedModel';
import type { PythonSources } from './pythonSources';
import { workspacePath } from './workspacePaths';

/** What `TraceClient` offers; nothing else of it is used here. */
export interface Tracer {
  trace(
    request: TraceRequest,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<TraceResult>;
  dispose(): unknown;
}

export interface TraceQuestion {
  /** Absent: every model for which the file itself shows an input. */
  readonly target?: TraceRequest['target'];
  readonly signal?: AbortSignal;
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
  readonly files: TraceRequest['files'];
  readonly target: string;
  readonly result: Promise<TraceResult>;
  readonly stop: AbortController;
  /** Whoever waits for it and has not given up. */
  waiting: number;
}

/** Typing leaves many states of a file behind; only the last of each question is worth keeping. */
const remembered = 64;

export class TraceService implements vscode.Disposable {
  readonly #tracer: Tracer;
  readonly #memory = new Map<string, Remembered>();

  constructor(
    createTracer: () => Tracer,
    readonly sources: PythonSources,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // Starting Python costs memory: nothing starts before the first question.
    let started: Tracer | null = null;
    this.#tracer = {
      trace: (request, options) => {
        started ??= createTracer();
        return started.trace(request, options);
      },
      dispose: () => started?.dispose(),
    };
  }

  /** @throws UntrustedWorkspaceError in Restricted Mode, before anything runs. */
  async trace(entry: vscode.Uri, { target, signal, text }: TraceQuestion = {}): Promise<TraceResult> {
    if (!vscode.workspace.isTrusted) throw new UntrustedWorkspaceError();
    const { path } = workspacePath(entry);
    const found = await this.sources.filesFor(entry);
    const files = text === undefined ? found : { ...found, [path]: text };
    signal?.throwIfAborted();
    const question = JSON.stringify(target ?? null);
    const key = `${entry.toString()}\n${target?.name ?? ''}\n${text === undefined ? '' : 'text given'}`;
    const known = this.#memory.get(key);
    const isSame = known && known.target === question && sameTexts(known.files, files);
    // One that was stopped a moment ago, by the last who waited for it, will not have an answer.
    if (isSame && !known.stop.signal.aborted) return this.#wait(known, signal);
    const stop = new AbortController();
    const request: TraceRequest = { files, entry: path, target };
    const result = this.#traceTwice(request, stop.signal);
    const asked: Remembered = { files, target: question, result, stop, waiting: 0 };
    this.#remember(key, asked);
    result.then(
      ({ milliseconds }) => this.log.debug(`Traced ${entry.fsPath} in ${milliseconds.toFixed(0)} ms`),
      () => {
        // A cancelled or failed trace answers nobody's next question.
        if (this.#memory.get(key) === asked) this.#memory.delete(key);
      },
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

  #remember(key: string, entry: Remembered): void {
    this.#memory.delete(key);
    this.#memory.set(key, entry);
    const oldest = this.#memory.keys().next();
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
