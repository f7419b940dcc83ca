/** @file Shapes beside the code of unmodified model files, and what becomes of them while typing. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, hintsOf, lineOf, openText, setText, workspaceUri } from './editing';

describe('shape hints', () => {
  before(activated);

  it('show the seed U-Net as its own test() calls it', async () => {
    const document = await vscode.workspace.openTextDocument(workspaceUri('seed_unet.py'));
    await vscode.window.showTextDocument(document);
    const hints = await eventually(
      () => hintsOf(document),
      (seen) => seen.size > 5,
      'hints of seed_unet.py',
    );
    assert.match(hints.get(lineOf(document, 'x = down(x)')) ?? '', /64×161×161/);
    assert.match(hints.get(lineOf(document, 'x = self.pool(x)')) ?? '', /64×80×80/);
    assert.match(hints.get(lineOf(document, 'x = self.bottleneck(x)')) ?? '', /1024×10×10/);
    assert.match(hints.get(lineOf(document, 'TF.resize')) ?? '', /161×161/);
    assert.match(hints.get(lineOf(document, 'return self.final_conv(x)')) ?? '', /1×161×161/);
    assert.equal(hints.get(lineOf(document, 'self.final_conv = ')), '1×161×161');
    assert.match(
      hints.get(lineOf(document, 'nn.Conv2d(in_channels')) ?? '',
      /^64×161×161 → 128×80×80 → .*…$/,
      'members of a Sequential',
    );
  });

  it('follow imports inside the workspace, with unsaved text of the imported file', async () => {
    const blocks = await vscode.window.showTextDocument(workspaceUri('models', 'blocks.py'));
    const small = await vscode.window.showTextDocument(workspaceUri('models', 'small.py'), {
      viewColumn: vscode.ViewColumn.Beside,
    });
    const line = lineOf(small.document, 'x = self.block(x)');
    await eventually(
      () => hintsOf(small.document),
      (seen) => /8×4×4/.test(seen.get(line) ?? ''),
      'the hint of the imported block',
    );
    const original = blocks.document.getText();
    await setText(blocks, original.replace('return self.conv(x)', 'return self.conv(x)[:, :4]'));
    await eventually(
      () => hintsOf(small.document),
      (seen) => /4×4×4/.test(seen.get(line) ?? ''),
      'the hint after the unsaved edit',
    );
    await vscode.window.showTextDocument(blocks.document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('stay while a line is half-typed', async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceUri('seed_unet.py')));
    const editor = await openText('half_typed.py', text);
    await eventually(
      () => hintsOf(editor.document),
      (seen) => seen.size > 5,
      'hints of half_typed.py',
    );
    await setText(
      editor,
      text.replace(
        '        return self.final_conv(x)',
        '        x = self.pool(\n        return self.final_conv(x)',
      ),
    );
    const line = lineOf(editor.document, 'x = down(x)');
    await eventually(
      () => hintsOf(editor.document),
      (seen) => /64×161×161/.test(seen.get(line) ?? ''),
      'the hint of an untouched line',
    );
  });

  it('follow the settings for batch and length', async () => {
    const { document } = await vscode.window.showTextDocument(workspaceUri('seed_unet.py'));
    const settings = vscode.workspace.getConfiguration('cnnLab');
    const line = lineOf(document, 'x = self.pool(x)');
    const hint = async () => (await hintsOf(document)).get(line);
    const { Workspace } = vscode.ConfigurationTarget;
    await settings.update('shapeHints.batch', true, Workspace);
    await eventually(hint, (seen) => seen?.startsWith('3×64×80×80 → 3×128×40×40') === true, 'a batch');
    await settings.update('shapeHints.maxLength', 20, Workspace);
    await eventually(hint, (seen) => seen === '3×64×80×80 → …', 'a short hint');
    await settings.update('shapeHints.batch', undefined, Workspace);
    await settings.update('shapeHints.maxLength', undefined, Workspace);
  });

  it('are off where the setting says so', async () => {
    const { document } = await vscode.window.showTextDocument(workspaceUri('seed_unet.py'));
    const settings = vscode.workspace.getConfiguration('cnnLab');
    await settings.update('shapeHints.enabled', false, vscode.ConfigurationTarget.Workspace);
    assert.equal((await hintsOf(document)).size, 0);
    await settings.update('shapeHints.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    await eventually(
      () => hintsOf(document),
      (seen) => seen.size > 5,
      'hints when turned on again',
    );
  });

  it('leave files alone that are no model files', async () => {
    const { document } = await vscode.window.showTextDocument(workspaceUri('notes.py'));
    assert.equal((await hintsOf(document)).size, 0);
  });
});
