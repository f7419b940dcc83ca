/** @file Which dataset to train on: the only one of the workspace, else the user picks or browses. */
import * as vscode from 'vscode';
import type { Dataset } from '../../core/dataset/dataset';
import { scanDataset } from '../../disk/scanDataset';
import { datasetSummary, findDatasets } from '../workspace/datasets';

interface DatasetItem extends vscode.QuickPickItem {
  readonly dataset?: Dataset;
}

export async function pickDataset(title: string): Promise<Dataset | null> {
  const datasets = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'CNN Lab: looking for images' },
    () => findDatasets(),
  );
  if (datasets.length === 1) return datasets[0] ?? null;
  if (datasets.length === 0) {
    const browse = 'Choose Folder...';
    const answer = await vscode.window.showInformationMessage(
      'No folder of this workspace holds images with masks, or images sorted into class folders.',
      {
        modal: true,
        detail: 'Choose a folder that does: images/ and masks/ side by side, or one folder a class.',
      },
      browse,
    );
    return answer === browse ? browseDataset() : null;
  }
  const item = await vscode.window.showQuickPick<DatasetItem>(
    [
      ...datasets.map((dataset) => ({
        label: `$(file-media) ${dataset.name}`,
        description: datasetSummary(dataset),
        detail: vscode.workspace.asRelativePath(dataset.root),
        dataset,
      })),
      { label: '$(folder-opened) Browse...', alwaysShow: true },
    ],
    { title, placeHolder: 'Which images?', matchOnDetail: true },
  );
  if (!item) return null;
  return item.dataset ?? browseDataset();
}

async function browseDataset(): Promise<Dataset | null> {
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Use as Dataset',
    defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
  });
  const folder = folders?.[0];
  if (!folder) return null;
  const dataset = await scanDataset(folder.fsPath);
  if (dataset.samples.length > 0) return dataset;
  const problem = dataset.problems[0];
  void vscode.window.showErrorMessage(
    problem ? `${problem.message} ${problem.hint ?? ''}` : `${dataset.name} holds no images to train on.`,
  );
  return null;
}
