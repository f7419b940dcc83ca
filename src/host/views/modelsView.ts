/** @file The Models view: model files, and in each the classes and functions that make models. */
import * as vscode from 'vscode';
import type { ModelCandidate, TracedModel } from '../../core/graph/tracedModel';
import { commandIds, viewIds } from '../commands/commandIds';
import type { ModelTarget } from '../commands/modelTarget';
import type { ModelDocuments } from '../editor/modelDocuments';
import { modelSummary } from '../workspace/modelFacts';
import type { ModelFiles } from '../workspace/modelFiles';
import type { ModelReader } from '../workspace/modelReader';
import { uriInWorkspace, workspacePath } from '../workspace/workspacePaths';

/** Files up to here are opened at once, which traces them; more are traced when the user opens them. */
const expandedFiles = 12;

interface FileNode {
  readonly kind: 'file';
  readonly file: vscode.Uri;
  readonly expanded: boolean;
}

/** As an argument to a command it is the `ModelTarget` that the command looks for. */
interface ModelNode extends ModelTarget {
  readonly kind: 'model';
  readonly candidate: ModelCandidate;
  readonly traced: TracedModel | null;
}

type Node = FileNode | ModelNode;

export class ModelsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly files: ModelFiles,
    private readonly reader: ModelReader,
    documents: ModelDocuments,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      vscode.window.createTreeView(viewIds.models, { treeDataProvider: this }),
      files.onDidChange(() => this.#changed.fire(undefined)),
      documents.onDidChange(() => this.#changed.fire(undefined)),
      reader.inputs.onDidChange(() => this.#changed.fire(undefined)),
    ];
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!vscode.workspace.isTrusted) return [];
    if (!node) {
      const files = await this.files.all();
      return files.map((file) => ({ kind: 'file', file, expanded: files.length <= expandedFiles }));
    }
    return node.kind === 'file' ? this.#models(node.file) : [];
  }

  async #models(file: vscode.Uri): Promise<ModelNode[]> {
    try {
      const { candidates, models } = await this.reader.read(file);
      return candidates.map((candidate) => ({
        kind: 'model',
        file,
        model: candidate.name,
        candidate,
        traced: models.find(({ model }) => model === candidate.name) ?? null,
      }));
    } catch (error) {
      this.log.error(`Tracing ${file.fsPath} failed`, error instanceof Error ? error : String(error));
      return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'file' ? fileItem(node) : modelItem(node);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function fileItem({ file, expanded }: FileNode): vscode.TreeItem {
  const state = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(file, expanded ? state.Expanded : state.Collapsed);
  item.id = file.toString();
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = 'file';
  const folder = vscode.workspace.asRelativePath(vscode.Uri.joinPath(file, '..'));
  if (workspacePath(file).path.includes('/')) item.description = folder;
  return item;
}

const kindIcons = { class: 'symbol-class', function: 'symbol-method', instance: 'symbol-variable' } as const;

function modelItem({ file, model, candidate, traced }: ModelNode): vscode.TreeItem {
  const item = new vscode.TreeItem(model);
  const { range, usedByOthers, kind } = candidate;
  item.id = `${file.toString()}#${model}`;
  item.iconPath = new vscode.ThemeIcon(kindIcons[kind]);
  item.contextValue = usedByOthers ? 'block' : 'model';
  item.description = traced ? modelSummary(traced) : usedByOthers ? 'block' : '';
  item.tooltip = traced
    ? `${model}: ${modelSummary(traced)}`
    : `${model}: nothing shows an input for it, so its shapes are not known`;
  const { root } = workspacePath(file);
  item.command = {
    title: 'Go to Definition',
    command: commandIds.openModel,
    arguments: [uriInWorkspace({ root, path: range.file }), range.line, range.column],
  };
  return item;
}
