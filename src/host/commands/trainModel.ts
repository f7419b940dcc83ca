/** @file Train Model: picks a model and a dataset, and shows the form. From an experiment file: the form as it says. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { parseModelReference } from '../../core/runs/modelReference';
import { parseExperiment } from '../../core/runs/parseExperiment';
import { draftOf, makeDraft } from '../training/makeDraft';
import { pathFrom, resolveFrom } from '../training/pathsFrom';
import { datasetSummary } from '../workspace/datasets';
import { trainableCandidates } from '../workspace/modelFacts';
import { setting } from '../workspace/settings';
import { requireTrust } from '../workspace/trust';
import { fileName, workspacePath } from '../workspace/workspacePaths';
import type { CommandServices } from './commandServices';
import { asModelTarget } from './modelTarget';
import { pickDataset } from './pickDataset';
import { type PickedModel, pickModel, resolveModel } from './pickModel';

const title = 'Train Model';

export async function trainModel(services: CommandServices, argument: unknown): Promise<void> {
  if (!(await requireTrust(title))) return;
  const { traces, reader, models, content, panel } = services;
  const target = asModelTarget(argument);
  const picked = target ? await resolveModel(target, traces) : await pickModel(title, models, reader);
  if (!picked) return;
  const dataset = await pickDataset(title);
  if (!dataset) return;
  const { root, path } = workspacePath(picked.file);
  const draft = makeDraft({
    modelFile: path,
    candidate: picked.candidate,
    dataset,
    datasetSummary: datasetSummary(dataset),
    datasetPath: pathFrom(root.fsPath, dataset.root),
    device: setting('device', picked.file),
    choice: reader.inputs.choices.of(picked.file, picked.model).user ?? null,
  });
  const { input, args, batchSize } = draft.experiment;
  if (input) {
    const inputs = [{ shape: [batchSize, ...input], dtype: 'float32' as const }];
    await reader.inputs.choices.trainedOn(picked.file, picked.model, { inputs, args, name: dataset.name });
  }
  allowFolder(services, dataset.root);
  content.showDraft({ draft, base: root.fsPath }, await knownArchitecture(services, picked));
  panel.title = `CNN Lab: ${picked.model} on ${dataset.name}`;
}

export async function openExperiment(services: CommandServices, argument: unknown): Promise<void> {
  const file = argument instanceof vscode.Uri ? argument : await pickExperiment();
  if (!file || !(await requireTrust('Open Experiment'))) return;
  // An experiment that is open counts as it stands in the editor.
  const text = (await vscode.workspace.openTextDocument(file)).getText();
  const { experiment, diagnostics } = parseExperiment(text, fileName(file));
  if (!experiment) {
    const error = diagnostics.find(({ severity }) => severity === 'error');
    const at = new vscode.Position(Math.max(0, (error?.line ?? 1) - 1), error?.column ?? 0);
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
    const reason = error
      ? `line ${error.line}: ${error.message}. ${error.hint ?? ''}`
      : 'it holds no experiment';
    void vscode.window.showErrorMessage(`${fileName(file)}, ${reason}`);
    return;
  }
  const { traces, training, content, panel } = services;
  const base = dirname(file.fsPath);
  const reference = parseModelReference(experiment.model);
  const modelFile = vscode.Uri.file(resolveFrom(base, reference.file));
  const { candidates } = await traces.trace(modelFile);
  const own = trainableCandidates({ candidates, models: [], diagnostics: [], milliseconds: 0 });
  const candidate =
    reference.name === null
      ? own.length === 1
        ? own[0]
        : undefined
      : candidates.find(({ name }) => name === reference.name);
  if (!candidate) {
    const names = own.map(({ name }) => name).join(', ') || 'no model';
    const wanted = reference.name === null ? 'names no class' : `names ${reference.name}`;
    void vscode.window.showErrorMessage(`${fileName(file)} ${wanted}; ${reference.file} holds ${names}.`);
    return;
  }
  const dataset = await training.scan(experiment, base);
  const draft = draftOf(experiment, {
    modelFile: reference.file,
    candidate,
    dataset,
    datasetSummary: datasetSummary(dataset),
  });
  allowFolder(services, dataset.root);
  const picked = { file: modelFile, model: candidate.name, candidate };
  content.showDraft({ draft, base }, await knownArchitecture(services, picked));
  panel.title = `CNN Lab: ${fileName(file).replace(/\.cnnlab\.json$/, '')}`;
}

async function pickExperiment(): Promise<vscode.Uri | null> {
  const files = await vscode.workspace.findFiles('**/*.cnnlab.json', '**/node_modules/**', 200);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(
      'This workspace has no experiment (NAME.cnnlab.json) yet. The Train form can save one.',
    );
    return null;
  }
  const items = files.map((file) => ({ label: vscode.workspace.asRelativePath(file), file }));
  const item = await vscode.window.showQuickPick(items, {
    title: 'Open Experiment',
    placeHolder: 'Which experiment?',
  });
  return item?.file ?? null;
}

/** A folder outside of the workspace makes the page load anew, which would end a run. */
function allowFolder({ panel, training }: CommandServices, folder: string): void {
  if (!training.active?.isGoingOn) panel.allow(vscode.Uri.file(folder));
}

/** The diagram beside the form, where its input is known. */
async function knownArchitecture({ reader }: CommandServices, { file, model }: PickedModel) {
  const { models, diagnostics } = await reader.read(file);
  const traced = models.find((each) => each.model === model);
  return traced ? { view: { model: traced, diagnostics }, root: workspacePath(file).root } : null;
}
