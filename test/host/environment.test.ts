/** @file Models that import packages of the workspace's `.venv`, in the editor. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, diagnosticsOf, eventually, hintsOf, lineOf, openText, workspaceUri } from './editing';

const NET = `import torch
import torch.nn as nn
import tinylayers
# installed: from newcomer import Layer


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = tinylayers.create("conv_block", channels=6)

    def forward(self, x):
        x = self.block(x)
        return x


def test():
    Net()(torch.randn(1, 3, 16, 16))
`;

describe('packages of .venv', () => {
  before(activated);

  it('give shapes like code of the workspace', async () => {
    const { document } = await openText('with_package.py', NET);
    await eventually(
      () => hintsOf(document),
      (hints) => /6×16×16/.test(hints.get(lineOf(document, 'x = self.block(x)')) ?? ''),
      'the hint of a block that a package makes',
    );
    assert.deepEqual(diagnosticsOf(document.uri), []);
  });

  it('are there after an installation, at the next edit', async () => {
    const uri = workspaceUri('with_package.py');
    const editor = await vscode.window.showTextDocument(uri);
    const used = NET.replace('# installed: ', '').replace(
      'tinylayers.create("conv_block", channels=6)',
      'Layer()',
    );
    await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 999, 0), used));
    await eventually(
      () => diagnosticsOf(uri),
      (all) => all.some(({ message }) => /newcomer is not installed in \.venv/.test(message)),
      'the error that names the absent package',
    );
    const site = ['.venv', 'lib', 'python3.12', 'site-packages'];
    const source = 'from torch import nn\n\nclass Layer(nn.ReLU):\n    pass\n';
    await vscode.workspace.fs.writeFile(
      workspaceUri(...site, 'newcomer.py'),
      new TextEncoder().encode(source),
    );
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# edited\n'));
    await eventually(
      () => diagnosticsOf(uri),
      (all) => all.length === 0,
      'no error once it is installed',
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(workspaceUri('with_package.py'));
  });
});
