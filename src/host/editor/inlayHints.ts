/** @file Shapes at the ends of lines, from the trace of the text as it is now. */
import * as vscode from 'vscode';
import { shapeHints } from '../../trace/shapeHints';
import { onSettingChange, setting } from '../workspace/settings';
import { workspacePath } from '../workspace/workspacePaths';
import type { ModelDocuments } from './modelDocuments';

export class ShapeHintsProvider implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly documents: ModelDocuments) {
    this.#subscriptions = [
      documents.onDidChange(() => this.#changed.fire()),
      onSettingChange(['shapeHints.enabled', 'shapeHints.maxLength'], () => this.#changed.fire()),
    ];
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    if (!setting('shapeHints.enabled', document.uri)) return [];
    const result = await this.documents.current(document, token);
    if (!result) return [];
    const longest = setting('shapeHints.maxLength', document.uri);
    return shapeHints(result, workspacePath(document.uri).path)
      .filter(
        ({ line }) => line > range.start.line && line <= Math.min(range.end.line + 1, document.lineCount),
      )
      .map(({ line, text, details }) => {
        const end = document.lineAt(line - 1).range.end;
        const hint = new vscode.InlayHint(end, shorten(text, longest), vscode.InlayHintKind.Type);
        hint.paddingLeft = true;
        hint.tooltip = new vscode.MarkdownString(details);
        return hint;
      });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** The start is the first iteration and the end the last: what is between them can be left to the tooltip. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const tail = Math.floor((longest - 1) / 3);
  return `${text.slice(0, longest - 1 - tail).trimEnd()}…${text.slice(text.length - tail).trimStart()}`;
}
