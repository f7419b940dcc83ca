/** @file The workspace's Python files that look like models; none of them is run to find that out. */
import * as vscode from 'vscode';
import { looksLikeModelFile } from './looksLikeModelFile';
import type { PythonSources } from './pythonSources';
import { excludedFolders } from './workspacePaths';

/** A workspace with more Python files than this is a library; what is open in the editor still counts. */
const mostFiles = 400;

export class ModelFiles implements vscode.Disposable {
  #found: Promise<readonly vscode.Uri[]> | null = null;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(sources: PythonSources) {
    this.#subscriptions = [
      sources.onDidChange(() => this.refresh()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()),
    ];
  }

  refresh(): void {
    this.#found = null;
    this.#changed.fire();
  }

  /** Sorted by path; the same answer until a Python file changes. */
  all(): Promise<readonly vscode.Uri[]> {
    this.#found ??= findModelFiles();
    return this.#found;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

async function findModelFiles(): Promise<readonly vscode.Uri[]> {
  const files = await vscode.workspace.findFiles('**/*.py', excludedFolders, mostFiles);
  const decoder = new TextDecoder();
  const models = await Promise.all(
    files.map(async (file) => {
      try {
        return looksLikeModelFile(decoder.decode(await vscode.workspace.fs.readFile(file))) ? file : null;
      } catch {
        // Removed since it was found.
        return null;
      }
    }),
  );
  return models.filter((file) => file !== null).sort((a, b) => (a.path < b.path ? -1 : 1));
}
