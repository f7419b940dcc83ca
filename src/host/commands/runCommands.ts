/** @file Commands on runs, from the Runs view's items or with a question. */
import * as vscode from 'vscode';
import type { RunCatalog, RunEntry } from '../runs/runCatalog';
import { bestScore, stateIcons } from '../runs/runText';

/** Commands are called with a tree item's entry, or from the palette with nothing. */
export async function entryOf(argument: unknown, runs: RunCatalog): Promise<RunEntry | null> {
  if (typeof argument !== 'object' || argument === null || !('folder' in argument)) return null;
  return (await runs.all()).find(({ folder }) => folder === argument.folder) ?? null;
}

interface RunItem extends vscode.QuickPickItem {
  readonly entry: RunEntry;
}

export async function pickRun(
  title: string,
  entries: readonly RunEntry[],
  none: string,
): Promise<RunEntry | null> {
  const [only] = entries;
  if (!only) {
    void vscode.window.showInformationMessage(none);
    return null;
  }
  if (entries.length === 1) return only;
  const item = await vscode.window.showQuickPick<RunItem>(entries.map(runItem), {
    title,
    placeHolder: 'Which run?',
    matchOnDescription: true,
  });
  return item?.entry ?? null;
}

function runItem(entry: RunEntry): RunItem {
  const { record } = entry;
  const when = new Date(record.created).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return {
    label: `$(${stateIcons[record.state]}) ${record.name}`,
    description: [bestScore(record.best), when].filter(Boolean).join(' · '),
    entry,
  };
}

/** Asks first: weights that took hours are in there. */
export async function deleteRun(entry: RunEntry, runs: RunCatalog): Promise<void> {
  if (entry.isActive && (entry.record.state === 'running' || entry.record.state === 'paused')) {
    void vscode.window.showErrorMessage(`${entry.record.name} is still training. Stop it first.`);
    return;
  }
  const answer = await vscode.window.showWarningMessage(
    `Delete the run ${entry.record.name}?`,
    { modal: true, detail: `Its folder goes to the bin, with its weights: ${entry.folder}` },
    'Delete',
  );
  if (answer === 'Delete') await runs.delete(entry);
}

/** In the system's file manager; where the window is remote, VS Code shows it in the Explorer. */
export async function revealRunFolder({ folder }: RunEntry): Promise<void> {
  const uri = vscode.Uri.file(folder);
  await vscode.commands.executeCommand(vscode.env.remoteName ? 'revealInExplorer' : 'revealFileInOS', uri);
}
