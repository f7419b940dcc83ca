/** @file Saves the Train form as an experiment file that says only what is not the default. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../core/runs/experiment';
import { formatExperiment } from '../../core/runs/formatExperiment';
import { parseModelReference } from '../../core/runs/modelReference';
import type { Result } from '../../protocol/messages';
import { movedExperiment } from '../training/movedExperiment';
import { resolveFrom } from '../training/pathsFrom';

/** @param base absolute folder that the experiment's paths start at */
export async function saveExperimentAs(experiment: Experiment, base: string): Promise<Result<string>> {
  const { file, name } = parseModelReference(experiment.model);
  const data = basename(resolveFrom(base, experiment.dataset.path));
  const proposal = `${(name ?? basename(file, '.py')).toLowerCase()}-${data.toLowerCase()}.cnnlab.json`;
  const target = await vscode.window.showSaveDialog({
    title: 'Save Experiment',
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(base), proposal),
    filters: { 'CNN Lab experiments': ['cnnlab.json'] },
  });
  if (!target) return { ok: '' };
  const text = formatExperiment(movedExperiment(experiment, base, dirname(target.fsPath)));
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  } catch (error) {
    return {
      error: `${target.fsPath} could not be written: ${error instanceof Error ? error.message : error}`,
    };
  }
  await vscode.window.showTextDocument(target, { preview: false, viewColumn: vscode.ViewColumn.One });
  return { ok: target.fsPath };
}
