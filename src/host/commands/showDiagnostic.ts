/** @file What is wrong with a model file, for someone who has just asked for something that needs it. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/graph/tracedModel';
import { uriInWorkspace } from '../workspace/workspacePaths';

/** @param root folder that the diagnostic's file starts at */
export function showDiagnostic(root: vscode.Uri, { file, line, column, message, hint }: Diagnostic): void {
  const go = 'Go to Line';
  const text = `${file}, line ${line}: ${message}${hint ? ` ${hint}` : ''}`;
  void vscode.window.showErrorMessage(text, go).then((answer) => {
    if (answer !== go) return;
    const at = new vscode.Position(Math.max(0, line - 1), column);
    void vscode.window.showTextDocument(uriInWorkspace({ root, path: file }), {
      selection: new vscode.Range(at, at),
    });
  });
}
