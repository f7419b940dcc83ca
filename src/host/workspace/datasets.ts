/** @file The datasets of the workspace, for Train Model to choose from. */
import * as vscode from 'vscode';
import type { Dataset } from '../../core/dataset/dataset';
import { scanDataset } from '../../disk/scanDataset';
import { datasetFolders } from './datasetFolders';
import { excludedFolders, relativePath } from './workspacePaths';

const imageFiles = '**/*.{png,jpg,jpeg,PNG,JPG,JPEG}';
/** Enough to see where images lie; counting them is for the scan of a folder. */
const mostImages = 20_000;
const mostFolders = 8;

/** Folders of the workspace in which images are samples of something, the largest first. */
export async function findDatasets(token?: vscode.CancellationToken): Promise<readonly Dataset[]> {
  const found = await vscode.workspace.findFiles(imageFiles, excludedFolders, mostImages, token);
  const datasets: Dataset[] = [];
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const paths = found.map((file) => relativePath(uri, file)).filter((path) => path !== null);
    for (const folder of datasetFolders(paths).slice(0, mostFolders)) {
      if (token?.isCancellationRequested) return [];
      const dataset = await scanDataset(vscode.Uri.joinPath(uri, folder).fsPath);
      if (dataset.samples.length > 0) datasets.push(dataset);
    }
  }
  return datasets;
}

/** `120 images with masks · 256×256 · grey` or `4,000 images in 10 classes · 32×32 · colour`. */
export function datasetSummary({
  task,
  samples,
  validation,
  classes,
  typicalSize,
  channels,
}: Dataset): string {
  const count = (samples.length + (validation?.length ?? 0)).toLocaleString('en-US');
  const what =
    task === 'segmentation' ? `${count} images with masks` : `${count} images in ${classes.length} classes`;
  return `${what} · ${typicalSize.width}×${typicalSize.height} · ${channels === 1 ? 'grey' : 'colour'}`;
}
