/** @file The Runs view: every run folder of the workspace, the newest first. */
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../commands/commandIds';
import type { RunCatalog, RunEntry } from '../runs/runCatalog';
import { bestScore, stateIcons } from '../runs/runText';

export class RunsView implements vscode.TreeDataProvider<RunEntry>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunEntry | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly runs: RunCatalog) {
    this.#subscriptions = [
      vscode.window.createTreeView(viewIds.runs, { treeDataProvider: this }),
      runs.onDidChange(() => this.#changed.fire(undefined)),
    ];
  }

  async getChildren(entry?: RunEntry): Promise<RunEntry[]> {
    return entry ? [] : [...(await this.runs.all())];
  }

  getTreeItem({ record, folder, hasCheckpoint, isActive, isResumable }: RunEntry): vscode.TreeItem {
    const item = new vscode.TreeItem(record.name);
    item.id = folder;
    item.iconPath = new vscode.ThemeIcon(stateIcons[record.state]);
    const score = bestScore(record.best);
    const created = new Date(record.created).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
    item.description = [score, created].filter(Boolean).join(' · ');
    item.contextValue = [
      'run',
      ...(hasCheckpoint ? ['checkpoint'] : []),
      ...(isResumable ? ['resumable'] : []),
      ...(isActive ? ['active'] : []),
    ].join(' ');
    const lines = [
      `**${record.name}** — ${record.state}`,
      `Epoch ${record.epoch} of ${record.experiment.epochs}, step ${record.step} of ${record.totalSteps}`,
      score ? `Best validation ${score}` : '',
      record.device ? `On ${record.device.description}` : '',
      record.error ?? '',
    ];
    item.tooltip = new vscode.MarkdownString(lines.filter(Boolean).join('\n\n'));
    item.command = { title: 'Show Run', command: commandIds.showRun, arguments: [{ record, folder }] };
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
