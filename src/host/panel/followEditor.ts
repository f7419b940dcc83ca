/** @file Keeps the diagram true to the code: the same model after each edit, and where the cursor is in it. */
import * as vscode from 'vscode';
import { contextKeys } from '../commands/commandIds';
import type { ModelDocuments } from '../editor/modelDocuments';
import { looksLikeModelFile } from '../workspace/looksLikeModelFile';
import { relativePath, uriInWorkspace, workspacePath } from '../workspace/workspacePaths';
import type { Panel } from './panel';
import type { PanelContent } from './panelContent';

export function followEditor(
  documents: ModelDocuments,
  content: PanelContent,
  panel: Panel,
): vscode.Disposable {
  const update = (uri: vscode.Uri) => {
    const shown = content.architecture;
    const result = documents.latest(uri);
    if (!shown || !result) return;
    const { model, file } = shown.view.model;
    if (uriInWorkspace({ root: shown.root, path: file }).toString() !== uri.toString()) return;
    const traced = result.models.find((each) => each.model === model);
    // While a file is half-typed the last true picture stays.
    const view = { model: traced ?? shown.view.model, diagnostics: result.diagnostics };
    content.updateArchitecture({ view, root: workspacePath(uri).root });
  };
  const point = ({ textEditor, selections }: vscode.TextEditorSelectionChangeEvent) => {
    const shown = content.architecture;
    if (!shown || textEditor.document.languageId !== 'python') return;
    const path = relativePath(shown.root, textEditor.document.uri);
    const line = (selections[0]?.active.line ?? 0) + 1;
    if (path !== null) void panel.page?.cursor.asEvent(path, line);
  };
  const setContext = (editor: vscode.TextEditor | undefined) => {
    const isModel = editor?.document.languageId === 'python' && looksLikeModelFile(editor.document.getText());
    void vscode.commands.executeCommand('setContext', contextKeys.modelFile, isModel === true);
  };
  setContext(vscode.window.activeTextEditor);
  return vscode.Disposable.from(
    documents.onDidChange(update),
    documents.onDidChange(() => setContext(vscode.window.activeTextEditor)),
    vscode.window.onDidChangeTextEditorSelection(point),
    vscode.window.onDidChangeActiveTextEditor(setContext),
  );
}
