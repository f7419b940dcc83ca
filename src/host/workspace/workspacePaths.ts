/** @file Where a file stands: its workspace folder, and its POSIX path in it, which is how tracing names files. */
import * as vscode from 'vscode';

export interface WorkspacePath {
  /** The workspace folder; for a file outside all of them, the file's own folder. */
  readonly root: vscode.Uri;
  /** Relative to `root`, separated by `/` on every system. */
  readonly path: string;
}

export function workspacePath(uri: vscode.Uri): WorkspacePath {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const root = folder ? folder.uri : vscode.Uri.joinPath(uri, '..');
  return { root, path: relativePath(root, uri) ?? fileName(uri) };
}

export function uriInWorkspace({ root, path }: WorkspacePath): vscode.Uri {
  return vscode.Uri.joinPath(root, ...path.split('/'));
}

/** The path of `uri` below `root`, or null where it is elsewhere. `Uri.path` has `/` and no escapes everywhere. */
export function relativePath(root: vscode.Uri, uri: vscode.Uri): string | null {
  const base = comparablePath(root).replace(/\/$/, '');
  const own = comparablePath(uri);
  if (root.scheme !== uri.scheme || !own.startsWith(`${base}/`)) return null;
  return own.slice(base.length + 1);
}

export function fileName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** Windows spells drives as `/C:` or `/c:`, whichever way the file was opened. */
function comparablePath(uri: vscode.Uri): string {
  return uri.path.replace(/^\/([A-Z]):/, (_, drive: string) => `/${drive.toLowerCase()}:`);
}

/** Folders that hold other people's code or our own output. */
export const excludedFolders =
  '**/{node_modules,.git,.venv,venv,env,site-packages,__pycache__,.cnnlab,.ipynb_checkpoints}/**';
