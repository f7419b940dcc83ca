/** @file Which model a command means: the one it was called on, else the only one, else the user picks. */
import * as vscode from 'vscode';
import type { ModelCandidate } from '../../core/graph/tracedModel';
import { looksLikeModelFile } from '../workspace/looksLikeModelFile';
import { modelSummary, trainableCandidates } from '../workspace/modelFacts';
import type { ModelFiles } from '../workspace/modelFiles';
import type { ModelReader } from '../workspace/modelReader';
import type { TraceService } from '../workspace/traceService';
import { workspacePath } from '../workspace/workspacePaths';
import type { ModelTarget } from './modelTarget';
import { showDiagnostic } from './showDiagnostic';

export interface PickedModel extends ModelTarget {
  readonly candidate: ModelCandidate;
}

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: PickedModel;
}

/** The active editor's models alone, where it has some; else those of all model files of the workspace. */
export async function pickModel(
  title: string,
  models: ModelFiles,
  reader: ModelReader,
): Promise<PickedModel | null> {
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === 'python' && looksLikeModelFile(active.getText())) {
    const items = await modelItems([active.uri], reader);
    if (items.length > 0) return choose(title, items);
    // Another file's model is not what was meant by someone who looks at a broken one.
    const { diagnostics } = await reader.read(active.uri);
    const error = diagnostics.find(({ severity }) => severity === 'error');
    if (error) {
      showDiagnostic(workspacePath(active.uri).root, error);
      return null;
    }
  }
  const items = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'CNN Lab: looking for models' },
    async () => modelItems(await models.all(), reader),
  );
  if (items.length > 0) return choose(title, items);
  const files = await models.all();
  void vscode.window.showErrorMessage(
    files.length > 0
      ? `None of ${files.length} Python files here defines a class of nn.Module that can be read. Open one to see what is wrong with it.`
      : 'No Python file of this workspace defines a class of nn.Module. Open a model file, or create the sample project.',
  );
  return null;
}

/** The candidate that a lens or tree item named, read again from the file as it is now. */
export async function resolveModel(target: ModelTarget, traces: TraceService): Promise<PickedModel | null> {
  const { candidates } = await traces.trace(target.file);
  const candidate = candidates.find(({ name }) => name === target.model);
  if (candidate) return { ...target, candidate };
  const file = vscode.workspace.asRelativePath(target.file);
  void vscode.window.showErrorMessage(`${file} no longer defines ${target.model}.`);
  return null;
}

async function modelItems(files: readonly vscode.Uri[], reader: ModelReader): Promise<ModelItem[]> {
  const items: ModelItem[] = [];
  for (const file of files) {
    const result = await reader.read(file);
    const candidates = trainableCandidates(result);
    if (candidates.length === 0) continue;
    items.push({ label: vscode.workspace.asRelativePath(file), kind: vscode.QuickPickItemKind.Separator });
    for (const candidate of candidates) {
      const traced = result.models.find(({ model }) => model === candidate.name);
      items.push({
        label: `$(symbol-class) ${candidate.name}`,
        description: traced ? modelSummary(traced) : '',
        model: { file, model: candidate.name, candidate },
      });
    }
  }
  return items;
}

async function choose(title: string, items: readonly ModelItem[]): Promise<PickedModel | null> {
  const models = items.filter(({ model }) => model);
  if (models.length === 1) return models[0]?.model ?? null;
  const item = await vscode.window.showQuickPick<ModelItem>(items, {
    title,
    placeHolder: 'Which model?',
    matchOnDescription: true,
  });
  return item?.model ?? null;
}
