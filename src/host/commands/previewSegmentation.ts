/** @file Preview Segmentation: a trained model's mask over an image of the user's choice. */
import * as vscode from 'vscode';
import type { RunEntry } from '../runs/runCatalog';
import { fileName } from '../workspace/workspacePaths';
import { commandIds } from './commandIds';
import type { CommandServices } from './commandServices';
import { pickRun } from './runCommands';

const readable = /\.(?:png|jpe?g)$/i;

/** @param run the Runs view's item that asked; else the latest run, or the user's choice among several models */
export async function previewSegmentation(
  services: CommandServices,
  argument: unknown,
  run: RunEntry | null = null,
): Promise<void> {
  const image = argument instanceof vscode.Uri ? argument : (activeImage() ?? (await askForImage()));
  if (!image) return;
  if (!readable.test(image.path)) {
    void vscode.window.showErrorMessage(`${fileName(image)} is neither PNG nor JPEG.`);
    return;
  }
  const entry = run ?? (await chooseRun(services));
  if (!entry) return;
  // Before the request is made: a panel that is closed has no URIs for files.
  services.panel.reveal(true);
  const result = await services.previews.request(image, entry);
  if ('error' in result) {
    void vscode.window.showErrorMessage(`${result.error} ${result.hint ?? ''}`.trim());
    return;
  }
  services.content.showPreview({ request: result.ok, image });
}

/** The latest run of each model: where there is one model, nothing needs to be asked. */
async function chooseRun({ previews }: CommandServices): Promise<RunEntry | null> {
  const trained = await previews.trainedRuns();
  if (trained.length === 0) {
    const train = 'Train Model';
    const answer = await vscode.window.showInformationMessage(
      'No model of this workspace has been trained yet. A preview needs the weights of a run.',
      train,
    );
    if (answer === train) await vscode.commands.executeCommand(commandIds.trainModel);
    return null;
  }
  const latest = new Map<string, RunEntry>();
  for (const entry of trained) {
    const { file, class: name } = entry.record.model;
    const key = `${file}:${name}:${entry.record.experiment.dataset.path}`;
    if (!latest.has(key)) latest.set(key, entry);
  }
  return pickRun('Preview Segmentation', [...latest.values()], '');
}

function activeImage(): vscode.Uri | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && readable.test(input.uri.path) ? input.uri : null;
}

async function askForImage(): Promise<vscode.Uri | null> {
  const files = await vscode.window.showOpenDialog({
    title: 'Preview Segmentation',
    openLabel: 'Preview',
    filters: { Images: ['png', 'jpg', 'jpeg'] },
    defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
  });
  return files?.[0] ?? null;
}
