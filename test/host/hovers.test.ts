/** @file Hovers over layers: where they are built, where they are called, and while a line is half-typed. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, hintsOf, hoverAt, openText, setText, workspaceUri } from './editing';

describe('hovers', () => {
  before(activated);

  it('tell a layer of the seed U-Net: formula, cost, memory, receptive field; each instance of a shared one', async () => {
    const { document } = await vscode.window.showTextDocument(workspaceUri('seed_unet.py'));
    await eventually(
      () => hintsOf(document),
      (seen) => seen.size > 5,
      'hints of seed_unet.py',
    );
    const head = await hoverAt(document, 'nn.Conv2d(features[0]');
    assert.match(head, /\*\*Conv2d\*\* `final_conv`: `64×161×161 → 1×161×161`/);
    assert.match(head, /`⌊\(161 \+ 2·0 − 1·\(1 − 1\) − 1\)\/1⌋ \+ 1 = 161`/);
    assert.match(
      head,
      /65 parameters · 1\.66 M MACs · output 104 kB, .* kept for backward · sees \d+×\d+ px/,
    );
    assert.equal(await hoverAt(document, 'final_conv(x)'), head, 'where it is called');
    const shared = await hoverAt(document, 'nn.BatchNorm2d(out_channels)');
    assert.match(shared, /\*\*BatchNorm2d\*\*: 9 instances/);
    assert.match(shared, /\| `bottleneck\.conv\.1` \| `1024×10×10 → 1024×10×10` \| 2,048 \|/);
    assert.match(await hoverAt(document, 'TF.resize('), /\*\*TF\.resize\*\*: `64×160×160 → 64×161×161`/);
    assert.equal(await hoverAt(document, 'skip_connections = []'), '');
  });

  it('stay true while another line is half-typed, without a new trace', async () => {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceUri('seed_unet.py')));
    const editor = await openText('half_hovered.py', text);
    await eventually(
      () => hintsOf(editor.document),
      (seen) => seen.size > 5,
      'hints of half_hovered.py',
    );
    const before = await hoverAt(editor.document, 'self.final_conv(x)');
    await setText(
      editor,
      text.replace(
        '    def forward(self, x):\n        skip',
        '    # a comment\n    def forward(self, x:\n        skip',
      ),
    );
    const began = performance.now();
    assert.equal(await hoverAt(editor.document, 'self.final_conv(x)'), before);
    assert(performance.now() - began < 1000, 'a hover waits for no trace');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('are off where the setting says so', async () => {
    const { document } = await vscode.window.showTextDocument(workspaceUri('seed_unet.py'));
    const settings = vscode.workspace.getConfiguration('cnnLab');
    await settings.update('hover.enabled', false, vscode.ConfigurationTarget.Workspace);
    assert.equal(await hoverAt(document, 'nn.Conv2d(features[0]'), '');
    await settings.update('hover.enabled', undefined, vscode.ConfigurationTarget.Workspace);
  });
});
