/** @file Disable Lint: one code more in the setting that lists what nobody wants to hear. */
import * as vscode from 'vscode';
import { isLintCode, lints } from '../../core/lints/lints';
import { setting } from '../workspace/settings';

/** @param argument a code; absent: one is picked */
export async function disableLint(argument: unknown): Promise<void> {
  const disabled = setting('lints.disabled');
  const code = typeof argument === 'string' ? argument : await pickLint(disabled);
  if (code === undefined || !isLintCode(code) || disabled.includes(code)) return;
  const isInFolder = (vscode.workspace.workspaceFolders?.length ?? 0) > 0;
  await vscode.workspace
    .getConfiguration('cnnLab')
    .update(
      'lints.disabled',
      [...disabled, code],
      isInFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
    );
}

async function pickLint(disabled: readonly string[]): Promise<string | undefined> {
  const items = Object.entries(lints)
    .filter(([code]) => !disabled.includes(code))
    .map(([code, { doc }]) => ({ label: code, detail: doc }));
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: 'Which advice should no longer be given in this workspace?',
    matchOnDetail: true,
  });
  return picked?.label;
}
