/** @file Copies the shipped sample into a new folder and opens it. Nothing that exists is ever overwritten. */
import * as vscode from 'vscode';

const folderName = 'cnn-lab-sample';

/** For tests, and for whoever knows the place: `parent` is asked for where it is absent. */
export async function createSampleProject(
  extensionUri: vscode.Uri,
  parent?: vscode.Uri,
): Promise<vscode.Uri | null> {
  const chosen = parent ?? (await askForParent());
  if (!chosen) return null;
  const target = await freeFolder(chosen);
  try {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(extensionUri, 'media', 'sample'), target, {
      overwrite: false,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The sample could not be written to ${target.fsPath}: ${reason}`);
    return null;
  }
  if (!parent) await offerToOpen(target);
  return target;
}

async function askForParent(): Promise<vscode.Uri | null> {
  const folders = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: `Where should the folder ${folderName} be made?`,
    openLabel: 'Create Sample Here',
    defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
  });
  return folders?.[0] ?? null;
}

/** `cnn-lab-sample`, else `cnn-lab-sample-2`, … */
async function freeFolder(parent: vscode.Uri): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const target = vscode.Uri.joinPath(parent, number === 1 ? folderName : `${folderName}-${number}`);
    try {
      await vscode.workspace.fs.stat(target);
    } catch {
      return target;
    }
  }
}

async function offerToOpen(target: vscode.Uri): Promise<void> {
  const inWorkspace = vscode.workspace.getWorkspaceFolder(target) !== undefined;
  const nothingOpen = !vscode.workspace.workspaceFolders?.length;
  if (nothingOpen) {
    await vscode.commands.executeCommand('vscode.openFolder', target);
    return;
  }
  const open = 'Open';
  const newWindow = 'Open in New Window';
  const answer = await vscode.window.showInformationMessage(
    `The sample project is in ${target.fsPath}.`,
    ...(inWorkspace ? [open, newWindow] : [newWindow, open]),
  );
  if (answer) await vscode.commands.executeCommand('vscode.openFolder', target, answer === newWindow);
}
