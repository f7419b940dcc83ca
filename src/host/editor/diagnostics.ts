/** @file Squiggles: what tracing found wrong, at its exact expression, gone when it is mended. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/graph/tracedModel';
import { uriInWorkspace, workspacePath } from '../workspace/workspacePaths';
import type { ModelDocuments } from './modelDocuments';

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

export function editorDiagnostic(found: Diagnostic): vscode.Diagnostic {
  const line = Math.max(0, found.line - 1);
  const endLine = Math.max(line, found.endLine - 1);
  const range = new vscode.Range(line, found.column, endLine, found.endColumn);
  const message = found.hint ? `${found.message}\n${found.hint}` : found.message;
  const diagnostic = new vscode.Diagnostic(range, message, severities[found.severity]);
  diagnostic.source = 'CNN Lab';
  diagnostic.code = found.code;
  return diagnostic;
}

/** One traced file may find faults in others that it imports; two may find the same one. */
export class DiagnosticsPublisher implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('cnn-lab');
  /** By traced file: what it found, by file. */
  readonly #found = new Map<string, Map<string, Diagnostic[]>>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly documents: ModelDocuments) {
    this.#subscription = documents.onDidChange((uri) => this.#update(uri));
  }

  #update(entry: vscode.Uri): void {
    const { root } = workspacePath(entry);
    const byFile = new Map<string, Diagnostic[]>();
    for (const diagnostic of this.documents.latest(entry)?.diagnostics ?? []) {
      const file = uriInWorkspace({ root, path: diagnostic.file }).toString();
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    }
    const before = this.#found.get(entry.toString()) ?? new Map<string, Diagnostic[]>();
    this.#found.set(entry.toString(), byFile);
    for (const file of new Set([...before.keys(), ...byFile.keys()])) this.#publish(file);
  }

  #publish(file: string): void {
    const distinct = new Map<string, vscode.Diagnostic>();
    for (const byFile of this.#found.values()) {
      for (const found of byFile.get(file) ?? []) {
        distinct.set(`${found.line}:${found.column}:${found.message}`, editorDiagnostic(found));
      }
    }
    this.#collection.set(vscode.Uri.parse(file), [...distinct.values()]);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }
}
