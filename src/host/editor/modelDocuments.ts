/** @file Keeps a trace of every model file that is on screen, shortly after each edit. */
import * as vscode from 'vscode';
import type { TraceResult } from '../../core/graph/tracedModel';
import { LastGoodText } from '../../trace/lastGoodText';
import { mapLines } from '../../trace/mapLines';
import { type ReadableTrace, ReadableTracer } from '../../trace/readableTrace';
import { looksLikeModelFile } from '../workspace/looksLikeModelFile';
import type { ModelReader } from '../workspace/modelReader';
import { typingPause } from './typingPause';

export type DocumentTrace = ReadableTrace;

interface Tracked {
  readonly tracer: ReadableTracer;
  result: DocumentTrace | null;
  /** The document's text that `result` is of. */
  tracedText: string;
  timer: NodeJS.Timeout | null;
  running: AbortController | null;
  /** Wake whoever waits for the trace of the text as it is now. */
  readonly waiting: Set<() => void>;
}

export class ModelDocuments implements vscode.Disposable {
  readonly #tracked = new Map<string, Tracked>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** A document has a new trace, or (having been closed, or no model file any more) none. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly reader: ModelReader,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.#follow()),
      // A visible file that becomes Python (VS Code may learn its languages late) is closed and opened, in place.
      vscode.workspace.onDidOpenTextDocument(() => this.#follow()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.languageId === 'python' && contentChanges.length > 0) this.#follow(true);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#drop(document.uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#follow()),
      reader.traces.sources.onDidChange(() => this.#follow(true)),
      reader.inputs.onDidChange(() => this.#follow(true)),
    ];
    this.#follow();
  }

  /** The last trace, which may be of a text some keystrokes ago. */
  latest(uri: vscode.Uri): TraceResult | null {
    return this.#tracked.get(uri.toString())?.result?.result ?? null;
  }

  /** The last trace, its lines led on to where edits since have moved them: for what must not wait. */
  recent(document: vscode.TextDocument): DocumentTrace | null {
    const tracked = this.#tracked.get(document.uri.toString());
    if (!tracked?.result) return null;
    const { result, tracedText } = tracked;
    const text = document.getText();
    if (text === tracedText) return result;
    const moved = mapLines(tracedText, text);
    return {
      ...result,
      currentLine: (line) => {
        const before = result.currentLine(line);
        return before === null ? null : moved(before);
      },
    };
  }

  /** The trace once the text as it is now has been traced; null for files that are no model files, or once cancelled. */
  async current(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<DocumentTrace | null> {
    const tracked = this.#tracked.get(document.uri.toString());
    if (!tracked) return null;
    while (tracked.timer || tracked.running) {
      await new Promise<void>((wake) => {
        tracked.waiting.add(wake);
        token.onCancellationRequested(wake);
      });
      if (token.isCancellationRequested) return null;
    }
    return tracked.result;
  }

  /** The text as it is, with the edits that mend it as far as trying them out shows; typing does not wait for that. */
  withTriedFixes(document: vscode.TextDocument): Promise<TraceResult> {
    return this.reader.read(document.uri, { text: document.getText(), fixes: 'tried' });
  }

  /** Files may import one another, so an edit anywhere asks again for all that is visible: unchanged ones are free. */
  #follow(edited = false): void {
    if (!vscode.workspace.isTrusted) return;
    for (const { document } of vscode.window.visibleTextEditors) {
      if (document.languageId !== 'python' || document.uri.scheme !== 'file') continue;
      const known = this.#tracked.get(document.uri.toString());
      if (!looksLikeModelFile(document.getText())) this.#drop(document.uri);
      else if (!known || edited)
        this.#schedule(document, known ? typingPause(known.result?.result.milliseconds ?? 0) : 0);
    }
  }

  #schedule(document: vscode.TextDocument, delay: number): void {
    const key = document.uri.toString();
    const tracked: Tracked = this.#tracked.get(key) ?? {
      tracer: new ReadableTracer(new LastGoodText()),
      result: null,
      tracedText: '',
      timer: null,
      running: null,
      waiting: new Set(),
    };
    this.#tracked.set(key, tracked);
    this.reader.traces.warm();
    tracked.running?.abort();
    tracked.running = null;
    if (tracked.timer) clearTimeout(tracked.timer);
    tracked.timer = setTimeout(() => {
      tracked.timer = null;
      void this.#trace(document, tracked);
    }, delay);
  }

  async #trace(document: vscode.TextDocument, tracked: Tracked): Promise<void> {
    const running = new AbortController();
    tracked.running = running;
    try {
      const { signal } = running;
      const tracedText = document.getText();
      const found = await tracked.tracer.trace(tracedText, (text) =>
        this.reader.read(document.uri, { signal, text, fixes: 'certain' }),
      );
      if (signal.aborted) return;
      Object.assign(tracked, { result: found, tracedText });
    } catch (error) {
      if (running.signal.aborted) return;
      this.log.error(`Tracing ${document.uri.fsPath} failed`, error instanceof Error ? error : String(error));
    }
    tracked.running = null;
    this.#settle(document.uri, tracked);
  }

  #settle(uri: vscode.Uri, tracked: Tracked): void {
    const waiting = [...tracked.waiting];
    tracked.waiting.clear();
    for (const wake of waiting) wake();
    this.#changed.fire(uri);
  }

  #drop(uri: vscode.Uri): void {
    const tracked = this.#tracked.get(uri.toString());
    if (!tracked) return;
    this.#tracked.delete(uri.toString());
    if (tracked.timer) clearTimeout(tracked.timer);
    tracked.timer = null;
    tracked.running?.abort();
    tracked.running = null;
    tracked.result = null;
    this.#settle(uri, tracked);
  }

  dispose(): void {
    for (const key of [...this.#tracked.keys()]) this.#drop(vscode.Uri.parse(key));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
