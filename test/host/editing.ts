/** @file What the host suites share: opening files of the test workspace, editing them, waiting for the extension. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

export const extensionId = 'cnn-lab.cnn-lab';

export function workspaceUri(...path: string[]): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert(folder, 'the suite runs with the test workspace open');
  return vscode.Uri.joinPath(folder.uri, ...path);
}

export async function activated(): Promise<void> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert(extension, `${extensionId} is installed`);
  await extension.activate();
}

/** A new Python file of the test workspace, shown in the editor. */
export async function openText(name: string, text: string): Promise<vscode.TextEditor> {
  const uri = workspaceUri(...name.split('/'));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return vscode.window.showTextDocument(uri);
}

/** Replaces the whole text, unsaved. */
export async function setText(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const all = new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
  assert(await editor.edit((edit) => edit.replace(all, text)));
}

/** Waits until `look` gives something that `isThere` accepts; fails with the last thing seen. */
export async function eventually<T>(
  look: () => T | Thenable<T>,
  isThere: (seen: T) => boolean,
  what: string,
  seconds = 45,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > end)
      assert.fail(`${what} did not come within ${seconds} s; last seen: ${JSON.stringify(seen)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Line (from 1) → text of its shape hint. */
export async function hintsOf(document: vscode.TextDocument): Promise<Map<number, string>> {
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    whole,
  );
  return new Map(hints.map(({ position, label }) => [position.line + 1, String(label)]));
}

export interface Lens {
  /** From 1. */
  readonly line: number;
  readonly title: string;
  readonly tooltip: string;
}

export async function lensesOf(document: vscode.TextDocument): Promise<Lens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    50,
  );
  return lenses.map(({ range, command }) => ({
    line: range.start.line + 1,
    title: command?.title ?? '',
    tooltip: command?.tooltip ?? '',
  }));
}

/** What hovers of CNN Lab say at the first place where `text` stands. */
export async function hoverAt(document: vscode.TextDocument, text: string): Promise<string> {
  const offset = document.getText().indexOf(text);
  assert(offset >= 0, `${text} stands in ${document.fileName}`);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    document.positionAt(offset),
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

export function diagnosticsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'CNN Lab');
}

/** The line (from 1) on which `text` first stands. */
export function lineOf(document: vscode.TextDocument, text: string): number {
  const offset = document.getText().indexOf(text);
  assert(offset >= 0, `${text} stands in ${document.fileName}`);
  return document.positionAt(offset).line + 1;
}
