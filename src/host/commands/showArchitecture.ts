/** @file Show Architecture: a model's diagram in the panel, called with the input that counts, or with one asked for. */
import * as vscode from 'vscode';
import type { TraceResult } from '../../core/graph/tracedModel';
import { isOnlyModel } from '../workspace/modelReader';
import { workspacePath } from '../workspace/workspacePaths';
import type { CommandServices } from './commandServices';
import type { PickedModel } from './pickModel';
import { chooseInput } from './setInput';
import { showDiagnostic } from './showDiagnostic';

/** The trace of the picked model; null where the user gave up or was told what is wrong. */
export async function traceForDiagram(
  picked: PickedModel,
  services: Pick<CommandServices, 'reader'>,
): Promise<TraceResult | null> {
  const { reader } = services;
  const isThere = ({ models }: TraceResult) => models.some(({ model }) => model === picked.model);
  const result = await reader.read(picked.file);
  if (isThere(result)) return result;
  const known = reader.inputs.of(picked.file, picked.candidate, isOnlyModel(result, picked.model));
  if (known) {
    tellWhy(picked, result);
    return null;
  }
  if (!(await chooseInput(picked, services))) return null;
  const asked = await reader.read(picked.file);
  if (isThere(asked)) return asked;
  tellWhy(picked, asked);
  return null;
}

function tellWhy({ file, model }: PickedModel, { diagnostics }: TraceResult): void {
  const reason = diagnostics.find(({ severity }) => severity === 'error');
  if (reason) showDiagnostic(workspacePath(file).root, reason);
  else void vscode.window.showErrorMessage(`${model} could not be read, and gave no reason.`);
}
