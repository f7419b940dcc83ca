/** @file Above each model class: its size, and the two things to do with it. */
import * as vscode from 'vscode';
import { commandIds } from '../commands/commandIds';
import type { ModelTarget } from '../commands/modelTarget';
import { modelSummary, trainableCandidates } from '../workspace/modelFacts';
import { onSettingChange, setting } from '../workspace/settings';
import type { ModelDocuments } from './modelDocuments';

export class ModelCodeLensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly documents: ModelDocuments) {
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
    const { readable, currentLine } = traced;
    return trainableCandidates(readable).flatMap(({ name, range: { line: readLine } }) => {
      const line = currentLine(readLine);
      if (line === null || line > document.lineCount) return [];
      const range = new vscode.Range(line - 1, 0, line - 1, 0);
      const model = readable.models.find((each) => each.model === name);
      const reference: ModelTarget = { file: document.uri, model: name };
      const lens = (title: string, command: string, tooltip: string) =>
        new vscode.CodeLens(range, { title, command, tooltip, arguments: [reference] });
      return [
        ...(model ? [lens(modelSummary(model), commandIds.showArchitecture, 'Show the architecture')] : []),
        lens('$(play) Train', commandIds.trainModel, `Train ${name} on images of this workspace`),
        lens('$(type-hierarchy) Diagram', commandIds.showArchitecture, `Show ${name} as a diagram`),
      ];
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
