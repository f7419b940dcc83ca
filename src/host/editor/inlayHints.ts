/** @file Shapes at the ends of lines, from the trace of the text as it is now. */
import * as vscode from 'vscode';
import { formatShapes, formatTree } from '../../trace/formatShapes';
import { type LineHint, shapeHints } from '../../trace/shapeHints';
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
      onSettingChange(['shapeHints.enabled', 'shapeHints.maxLength', 'shapeHints.batch'], () =>
        this.#changed.fire(),
      ),
    ];
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    if (!setting('shapeHints.enabled', document.uri)) return [];
    const traced = await this.documents.current(document, token);
    if (!traced) return [];
    const maxLength = longestHint(document.uri);
    const batch = setting('shapeHints.batch', document.uri);
    return shapeHints(traced.readable, workspacePath(document.uri).path, traced.text)
      .map((found) => ({ ...found, line: traced.currentLine(found.line) ?? 0 }))
      .filter(
        ({ line }) => line > range.start.line && line <= Math.min(range.end.line + 1, document.lineCount),
      )
      .map((found) => {
        const { range: text } = document.lineAt(found.line - 1);
        // Past the code and any comment: a hint between them would be read as a part of the line.
        const hint = new vscode.InlayHint(
          text.end,
          formatShapes(found.outputs, {
            maxLength,
            batch,
            batchSize: found.batch,
            counted: found.isOneThing,
          }),
          vscode.InlayHintKind.Type,
        );
        hint.paddingLeft = true;
        hint.tooltip = hintDetails(found);
        return hint;
      });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** VS Code cuts longer hints itself, in the middle of a number, by a setting of its own (0: never). */
function longestHint(document: vscode.Uri): number {
  const editor = vscode.workspace.getConfiguration('editor', document).get('inlayHints.maximumLength', 0);
  const own = setting('shapeHints.maxLength', document);
  return editor > 0 ? Math.min(own, editor) : own;
}

/** More evaluations than this are a long loop; its rest repeats what is shown. */
const mostListed = 24;

/** Every evaluation with its whole shape, batch included, and the module that it called. */
function hintDetails({ outputs, paths }: LineHint): vscode.MarkdownString {
  const rows = outputs.slice(0, mostListed).map((output, index) => {
    const path = paths[index];
    return `- \`${formatTree(output, { batch: true })}\`${path ? ` from \`${path}\`` : ''}`;
  });
  const more = outputs.length > mostListed ? [`- and ${outputs.length - mostListed} more`] : [];
  return new vscode.MarkdownString(['Shape, batch first:', '', ...rows, ...more].join('\n'));
}
