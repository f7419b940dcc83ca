/** @file Above each model class: what it costs, what it is called with, and the things to do with it. */
import * as vscode from 'vscode';
import { formatInputs } from '../../core/graph/inputText';
import type { ModelCandidate, TracedModel } from '../../core/graph/tracedModel';
import { commandIds } from '../commands/commandIds';
import type { ModelTarget } from '../commands/modelTarget';
import { blockSummary, modelCost, sampleInputs, trainableCandidates } from '../workspace/modelFacts';
import type { ModelInput, ModelInputs } from '../workspace/modelInputs';
import { isOnlyModel } from '../workspace/modelReader';
import { onSettingChange, setting } from '../workspace/settings';
import type { DocumentTrace, ModelDocuments } from './modelDocuments';

export class ModelCodeLensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  /** By file and class: what a model last was, for while the file has an error. */
  readonly #last = new Map<string, TracedModel>();

  constructor(
    private readonly documents: ModelDocuments,
    private readonly inputs: ModelInputs,
  ) {
    this.#subscriptions = [
      documents.onDidChange(() => this.#changed.fire()),
      onSettingChange(['codeLens.enabled'], () => this.#changed.fire()),
    ];
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    if (!setting('codeLens.enabled', document.uri)) return [];
    const traced = await this.documents.current(document, token);
    if (!traced) return [];
    const { candidates } = traced.readable;
    return candidates.flatMap((candidate) => {
      const line = traced.currentLine(candidate.range.line);
      if (line === null || line > document.lineCount) return [];
      const range = new vscode.Range(line - 1, 0, line - 1, 0);
      return this.#commands(document.uri, candidate, traced).map(
        (command) => new vscode.CodeLens(range, command),
      );
    });
  }

  #commands(file: vscode.Uri, candidate: ModelCandidate, { readable }: DocumentTrace): vscode.Command[] {
    const { name } = candidate;
    if (!trainableCandidates(readable).includes(candidate)) return blockCommands(file, name, readable.models);
    const reference: ModelTarget = { file, model: name };
    const input = this.inputs.of(file, candidate, isOnlyModel(readable, name));
    const found = readable.models.find(({ model }) => model === name);
    const key = `${file.toString()}#${name}`;
    if (found) this.#last.set(key, found);
    const model = found ?? this.#last.get(key);
    const act = (title: string, command: string, tooltip: string): vscode.Command => ({
      title,
      command,
      tooltip,
      arguments: [reference],
    });
    return [
      ...(model && input
        ? [act(modelCost(model), commandIds.showArchitecture, costTooltip(name, found !== undefined))]
        : []),
      act(inputTitle(input), commandIds.setInput, inputTooltip(input)),
      act('$(play) Train', commandIds.trainModel, `Train ${name} on images of this workspace`),
      act('$(type-hierarchy) Diagram', commandIds.showArchitecture, `Show ${name} as a diagram`),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function costTooltip(name: string, isTrueNow: boolean): string {
  const what = `Parameters and multiply–accumulate operations of ${name} for one sample`;
  return isTrueNow ? what : `${what}, as it was before the error in this file`;
}

function inputTitle(input: ModelInput | null): string {
  return input ? `input ${sampleInputs(input.inputs)} $(chevron-down)` : 'Set input shape…';
}

function inputTooltip(input: ModelInput | null): string {
  if (!input) return 'Neither this file nor an experiment says what the model is called with';
  return `Called with ${formatInputs(input.inputs)} (batch first), ${input.source}. Click to change.`;
}

/** A class that others are built of says only how much of them it is. */
function blockCommands(file: vscode.Uri, name: string, models: readonly TracedModel[]): vscode.Command[] {
  const title = blockSummary(name, models);
  const user = models.find(({ modules }) => modules.some((module) => module.class === name));
  if (!title || !user) return [];
  const reference: ModelTarget = { file, model: user.model };
  const tooltip = `Show ${user.model} as a diagram`;
  return [{ title, command: commandIds.showArchitecture, tooltip, arguments: [reference] }];
}
