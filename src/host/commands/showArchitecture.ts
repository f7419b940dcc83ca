/** @file Show Architecture: a model's diagram in the panel, from the file's own example or from an input asked for. */
import * as vscode from 'vscode';
import type { TraceResult } from '../../core/graph/tracedModel';
import { missingArguments, proposeArguments } from '../training/proposeArguments';
import type { TraceService } from '../workspace/traceService';
import { workspacePath } from '../workspace/workspacePaths';
import { askForArguments, askForInput } from './askForInput';
import type { PickedModel } from './pickModel';
import { showDiagnostic } from './showDiagnostic';

/** The trace of the picked model; null where the user gave up or was told what is wrong. */
export async function traceForDiagram(
  picked: PickedModel,
  traces: TraceService,
): Promise<TraceResult | null> {
  const result = await traces.trace(picked.file);
  if (result.models.some(({ model }) => model === picked.model)) return result;
  const broken = result.diagnostics.find(({ severity }) => severity === 'error');
  if (broken && picked.candidate.example) {
    showDiagnostic(workspacePath(picked.file).root, broken);
    return null;
  }
  const proposed = proposeArguments(picked.candidate, { channels: 3, outputs: 10 });
  const missing = missingArguments(picked.candidate.parameters, proposed);
  const args = await askForArguments(picked.model, missing, proposed);
  if (!args) return null;
  const shape = await askForInput(picked.model, [1, 3, 224, 224]);
  if (!shape) return null;
  const asked = await traces.trace(picked.file, {
    target: {
      name: picked.model,
      args,
      runs: [{ mode: 'eval', inputs: [{ shape, dtype: 'float32' }] }],
    },
  });
  if (asked.models.length > 0) return asked;
  const reason = asked.diagnostics.find(({ severity }) => severity === 'error');
  if (reason) showDiagnostic(workspacePath(picked.file).root, reason);
  else void vscode.window.showErrorMessage(`${picked.model} could not be read, and gave no reason.`);
  return null;
}
