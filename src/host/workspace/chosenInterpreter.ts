/** @file Which Python the user works with, as the Python extension and its settings say it. Nothing here runs it. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';

/** What is used of https://github.com/microsoft/vscode-python/wiki/Python-Environment-APIs. */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

export class ChosenInterpreter implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** The user chose another one. */
  readonly onDidChange = this.#changed.event;
  readonly #settings = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('python.defaultInterpreterPath')) this.#changed.fire();
  });
  #following: vscode.Disposable | null = null;

  /** An interpreter's path or an environment's folder; null where nothing is chosen. */
  of(resource: vscode.Uri): string | null {
    return this.#active(resource) ?? writtenInSettings(resource);
  }

  /** Never activates the Python extension: it starts processes, and decides itself when. */
  #active(resource: vscode.Uri): string | null {
    const extension = vscode.extensions.getExtension<PythonApi | undefined>('ms-python.python');
    const environments = extension?.isActive ? extension.exports?.environments : undefined;
    if (!environments) return null;
    this.#following ??= environments.onDidChangeActiveEnvironmentPath(() => this.#changed.fire());
    return environments.getActiveEnvironmentPath(resource).path || null;
  }

  dispose(): void {
    this.#settings.dispose();
    this.#following?.dispose();
    this.#changed.dispose();
  }
}

function writtenInSettings(resource: vscode.Uri): string | null {
  const setting = vscode.workspace
    .getConfiguration('python', resource)
    .inspect<string>('defaultInterpreterPath');
  const written = setting?.workspaceFolderValue ?? setting?.workspaceValue ?? setting?.globalValue;
  if (!written) return null;
  const folder = vscode.workspace.getWorkspaceFolder(resource)?.uri.fsPath ?? '';
  return written.replace(/\$\{workspace(Folder|Root)\}/g, folder).replace(/^~(?=[\\/])/, homedir());
}
