/** @file Asking for trust where a command needs it. Nothing of a workspace runs before. */
import * as vscode from 'vscode';

/** True in a trusted workspace; else says why not, offers the way there, and is false. */
export async function requireTrust(purpose: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await vscode.window.showErrorMessage(
    `${purpose} runs a Python file of this workspace (in a sandbox), and the workspace is in Restricted Mode.`,
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
