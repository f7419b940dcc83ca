/** @file Saves the Train form as an experiment file that says only what is not the default. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../core/runs/experiment';
import { parseModelReference } from '../../core/runs/modelReference';
import { defaultExperiment } from '../../core/runs/parseExperiment';
import type { Result } from '../../protocol/messages';
import { pathFrom, resolveFrom } from '../training/pathsFrom';

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
  const text = experimentText(movedExperiment(experiment, base, dirname(target.fsPath)));
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

/** The same files, said from another folder. */
export function movedExperiment(experiment: Experiment, from: string, to: string): Experiment {
  const moved = (path: string) => pathFrom(to, resolveFrom(from, path));
  const movedOrNull = (path: string | null) => (path === null ? null : moved(path));
  const { file, name } = parseModelReference(experiment.model);
  return {
    ...experiment,
    model: name === null ? moved(file) : `${moved(file)}:${name}`,
    dataset: { path: moved(experiment.dataset.path), masks: movedOrNull(experiment.dataset.masks) },
    initialWeights: movedOrNull(experiment.initialWeights),
    output: movedOrNull(experiment.output),
  };
}

/** Indented JSON with the keys that differ from the defaults; `model` and `dataset` always. */
export function experimentText(experiment: Experiment): string {
  const { model, dataset } = experiment;
  const defaults: Record<string, unknown> = { ...defaultExperiment(model, dataset.path) };
  const said = Object.entries(experiment).filter(
    ([key, value]) => key !== 'dataset' && key !== 'model' && !sameJson(value, defaults[key]),
  );
  const written = {
    model,
    dataset: dataset.masks === null ? dataset.path : dataset,
    ...Object.fromEntries(said),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
