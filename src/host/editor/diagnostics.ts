/** @file Squiggles: what tracing found wrong or worth a word, at its exact expression, gone when it is mended. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/graph/tracedModel';
import { isLintCode } from '../../core/lints/lints';
import { onSettingChange, setting } from '../workspace/settings';
import { uriInWorkspace, workspacePath } from '../workspace/workspacePaths';
import type { ModelDocuments } from './modelDocuments';

const source = 'CNN Lab';

/**
 * What comes up while one types waits, in milliseconds, for the thought to be finished: most of it is gone with the next
 * word. What goes away, goes at once. Syntax errors wait longest, since nearly every state of a line on its way has one.
 */
const patience = { syntax: 1000, other: 300 } as const;

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

function editorDiagnostic(found: Diagnostic): vscode.Diagnostic {
  const line = Math.max(0, found.line - 1);
  const endLine = Math.max(line, found.endLine - 1);
  const range = new vscode.Range(line, found.column, endLine, found.endColumn);
  const message = found.hint ? `${found.message}\n${found.hint}` : found.message;
  const diagnostic = new vscode.Diagnostic(range, message, severities[found.severity]);
  diagnostic.source = source;
  diagnostic.code = found.code;
  if (found.code === 'unused-layer') diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}

/** What the trace of `entry` says about one file, with the folder that paths in it start at. */
export interface FoundHere {
  readonly entry: vscode.Uri;
  readonly root: vscode.Uri;
  readonly found: Diagnostic;
}

interface Traced {
  /** By file. */
  shown: Map<string, FoundHere[]>;
  timer: NodeJS.Timeout | null;
}

/** One traced file may find faults in others that it imports; two may find the same one. */
export class DiagnosticsPublisher implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('cnn-lab');
  readonly #traced = new Map<string, Traced>();
  /** What was published for a file, as text. */
  readonly #published = new Map<string, string>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly documents: ModelDocuments) {
    this.#subscriptions = [
      documents.onDidChange((uri) => this.#update(uri)),
      onSettingChange(['lints.disabled'], () => this.#publishAll()),
      // Another language server may tell of a syntax error sooner or later than we do.
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) if (this.#published.has(uri.toString())) this.#publish(uri.toString());
      }),
    ];
  }

  /** What a squiggle is about; null where the text has changed so that it no longer holds. */
  about(document: vscode.Uri, diagnostic: vscode.Diagnostic): FoundHere | null {
    if (diagnostic.source !== source) return null;
    for (const here of this.#foundIn(document.toString())) {
      const { range, message, code } = editorDiagnostic(here.found);
      if (code === diagnostic.code && message === diagnostic.message && range.isEqual(diagnostic.range))
        return here;
    }
    return null;
  }

  #update(entry: vscode.Uri): void {
    const { root } = workspacePath(entry);
    const result = this.documents.latest(entry);
    const all = [...(result?.diagnostics ?? []), ...(result?.advice ?? [])].map((found) => ({
      found,
      root,
      entry,
    }));
    const traced: Traced = this.#traced.get(entry.toString()) ?? { shown: new Map(), timer: null };
    const isFirst = !this.#traced.has(entry.toString());
    this.#traced.set(entry.toString(), traced);
    if (traced.timer) clearTimeout(traced.timer);
    traced.timer = null;
    if (!result) this.#traced.delete(entry.toString());
    const isBroken = all.some(({ found }) => found.code === 'syntax-error');
    const known = new Set([...traced.shown.values()].flat().map(({ found }) => identity(found)));
    const isNew = all.some(({ found }) => !known.has(identity(found)));
    if (isFirst || !isNew) {
      this.#show(traced, all);
      return;
    }
    // A file that cannot be read says nothing about what it said before.
    if (!isBroken)
      this.#show(
        traced,
        all.filter(({ found }) => known.has(identity(found))),
      );
    const wait = isBroken ? patience.syntax : patience.other;
    traced.timer = setTimeout(() => {
      traced.timer = null;
      this.#show(traced, all);
    }, wait);
  }

  #show(traced: Traced, all: readonly FoundHere[]): void {
    const before = traced.shown;
    traced.shown = new Map();
    for (const here of all) {
      const file = uriInWorkspace({ root: here.root, path: here.found.file }).toString();
      traced.shown.set(file, [...(traced.shown.get(file) ?? []), here]);
    }
    for (const file of new Set([...before.keys(), ...traced.shown.keys()])) this.#publish(file);
  }

  #foundIn(file: string): FoundHere[] {
    return [...this.#traced.values()].flatMap(({ shown }) => shown.get(file) ?? []);
  }

  #publish(file: string): void {
    const uri = vscode.Uri.parse(file);
    const disabled = new Set<string>(setting('lints.disabled', uri));
    const distinct = new Map<string, vscode.Diagnostic>();
    for (const { found } of this.#foundIn(file)) {
      // `unregistered-modules` is an error as well, where it keeps a model from being trained.
      if (found.severity !== 'error' && isLintCode(found.code) && disabled.has(found.code)) continue;
      if (found.code === 'syntax-error' && isToldByOthers(uri, found)) continue;
      distinct.set(`${found.line}:${found.column}:${found.message}`, editorDiagnostic(found));
    }
    const text = JSON.stringify([...distinct]);
    if (this.#published.get(file) === text) return;
    this.#published.set(file, text);
    this.#collection.set(uri, [...distinct.values()]);
  }

  #publishAll(): void {
    for (const file of this.#published.keys()) this.#publish(file);
  }

  dispose(): void {
    for (const { timer } of this.#traced.values()) if (timer) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }
}

/** The same fault, wherever edits above have moved it. */
function identity({ file, code, message }: Diagnostic): string {
  return `${file} ${code} ${message}`;
}

/** Whether a Python language server shows an error on the same line. */
function isToldByOthers(uri: vscode.Uri, { line, endLine }: Diagnostic): boolean {
  return vscode.languages
    .getDiagnostics(uri)
    .some(
      ({ source: other, severity, range }) =>
        other !== source &&
        severity === vscode.DiagnosticSeverity.Error &&
        range.start.line <= endLine - 1 &&
        range.end.line >= line - 1,
    );
}
