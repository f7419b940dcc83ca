/** @file Lamps: the edits that mend what a squiggle is about, and ways to be told less. */
import * as vscode from 'vscode';
import type { Diagnostic, Fix } from '../../core/graph/tracedModel';
import { ignoringComment } from '../../core/lints/ignoringComment';
import { isLintCode } from '../../core/lints/lints';
import { commandIds } from '../commands/commandIds';
import { uriInWorkspace } from '../workspace/workspacePaths';
import type { DiagnosticsPublisher, FoundHere } from './diagnostics';
import type { ModelDocuments } from './modelDocuments';

export class QuickFixProvider implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly documents: ModelDocuments,
    private readonly diagnostics: DiagnosticsPublisher,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const about = diagnostics.flatMap((diagnostic) => {
      const here = this.diagnostics.about(document.uri, diagnostic);
      return here ? [{ diagnostic, here }] : [];
    });
    const actions: vscode.CodeAction[] = [];
    for (const { diagnostic, here } of about) {
      const mended = await this.#withFixes(here, token);
      if (mended) actions.push(...actionsFor(document, diagnostic, mended));
    }
    return actions;
  }

  /**
   * What was found with the fixes that were tried out, which nobody waits for while typing. Null where it no longer holds:
   * edits are of the text that was traced, and what is traced anew just now is waited for.
   */
  async #withFixes(here: FoundHere, token: vscode.CancellationToken): Promise<FoundHere | null> {
    const { entry, found } = here;
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === entry.toString());
    const traced = document && (await this.documents.current(document, token));
    if (!traced || !sameAs(found, [...traced.result.diagnostics, ...(traced.result.advice ?? [])]))
      return null;
    if (found.severity !== 'error') return here;
    const version = document.version;
    const { diagnostics } = await this.documents.withTriedFixes(document);
    if (document.version !== version) return null;
    return { ...here, found: sameAs(found, diagnostics) ?? found };
  }
}

/** The same fault at the same place, whatever is offered against it. */
function sameAs(wanted: Diagnostic, all: readonly Diagnostic[]): Diagnostic | undefined {
  const identity = ({ fixes: _, ...rest }: Diagnostic): string => JSON.stringify(rest);
  const text = identity(wanted);
  return all.find((found) => identity(found) === text);
}

function actionsFor(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
  { found, root }: FoundHere,
): vscode.CodeAction[] {
  const make = (title: string): vscode.CodeAction => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    return action;
  };
  const actions = (found.fixes ?? []).map((fix, index) => {
    const action = make(fix.title);
    action.edit = workspaceEdit(fix, root);
    action.isPreferred = index === 0;
    return action;
  });
  if (found.severity === 'error' || !isLintCode(found.code)) return actions;
  const ignore = make(`Ignore ${found.code} on this line`);
  const at = found.line - 1;
  const line = document.lineAt(at).text;
  const { column, text } = ignoringComment(line, found.code);
  ignore.edit = new vscode.WorkspaceEdit();
  ignore.edit.insert(document.uri, new vscode.Position(at, column), text);
  const disable = make(`Disable ${found.code} in settings`);
  disable.command = { title: disable.title, command: commandIds.disableLint, arguments: [found.code] };
  return [...actions, ignore, disable];
}

function workspaceEdit({ edits }: Fix, root: vscode.Uri): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { file, line, column, endLine, endColumn, text } of edits) {
    const range = new vscode.Range(line - 1, column, endLine - 1, endColumn);
    edit.replace(uriInWorkspace({ root, path: file }), range, text);
  }
  return edit;
}
