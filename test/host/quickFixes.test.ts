/** @file Every mistake and every lint in the editor: a squiggle with words and lamps, and none once it is mended. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { lints } from '../../src/core/lints/lints';
import { adviceExpected } from '../golden/lints';
import { expectations, mistakeFiles } from '../golden/mistakes';
import { activated, diagnosticsOf, eventually, extensionId, openText, setText } from './editing';

/** The extension runs from its repository. */
const golden = (name: string): string => {
  const extension = vscode.extensions.getExtension(extensionId);
  assert(extension);
  return readFileSync(join(extension.extensionPath, 'test', 'golden', name), 'utf8');
};
const mistakes = mistakeFiles(golden('mistakes.txt'));
const advice = mistakeFiles(golden('lints.txt'));
/** A model about which there is nothing to say. */
const right = 'import torch.nn as nn\n\nclass Net(nn.Module):\n    pass\n';

let editor: vscode.TextEditor;

/** One file is edited in turn. @returns what is said about a text, of which `code` is the last to come */
async function saidAbout(text: string, code: string): Promise<vscode.Diagnostic[]> {
  await setText(editor, text);
  return eventually(
    () => diagnosticsOf(editor.document.uri),
    (seen) => seen.some((each) => each.code === code),
    `a squiggle of ${code}`,
  );
}

const nothingIsSaid = (what: string) =>
  eventually(
    () => diagnosticsOf(editor.document.uri),
    (seen) => seen.length === 0,
    what,
  );

function lampsAt({ range }: vscode.Diagnostic): Thenable<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
  );
}

async function take({ edit, command }: vscode.CodeAction): Promise<void> {
  if (edit) assert(await vscode.workspace.applyEdit(edit));
  if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

const underlined = ({ range }: vscode.Diagnostic): string =>
  editor.document.getText(range).split('\n')[0]!.trimEnd();

describe('mistakes in the editor', () => {
  before(activated);
  before(async () => {
    editor = await openText('mistake.py', right);
  });
  after(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  for (const [name, { code, at, hint, fixes }] of Object.entries(expectations)) {
    it(`${name} is told${fixes.length > 0 ? ' and mended' : ''}`, async () => {
      const said = await saidAbout(mistakes[name]!, code);
      assert.equal(said.length, 1);
      const [found] = said;
      assert(found);
      assert(found.message.includes(hint), found.message);
      assert.equal(underlined(found), at);
      const lamps = await lampsAt(found);
      assert.deepEqual(
        lamps.map(({ title }) => title),
        fixes,
      );
      if (lamps[0]) {
        assert.equal(lamps[0].isPreferred, true);
        await take(lamps[0]);
      } else await setText(editor, right);
      await nothingIsSaid(`peace after ${lamps[0]?.title ?? 'a text that is right'}`);
    });
  }
});

describe('advice in the editor', () => {
  before(activated);
  before(async () => {
    editor = await openText('advice.py', right);
  });
  after(async () => {
    await vscode.workspace
      .getConfiguration('cnnLab')
      .update('lints.disabled', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  for (const [name, { at, fixes }] of Object.entries(adviceExpected)) {
    const code = name.split(':')[0]!;
    it(`${name} is told, and goes by what is offered`, async () => {
      const [found] = await saidAbout(advice[name]!, code);
      assert(found);
      assert.equal(underlined(found), at);
      const lamps = await lampsAt(found);
      const quiet = [`Ignore ${code} on this line`, `Disable ${code} in settings`];
      assert.deepEqual(
        lamps.map(({ title }) => title),
        [...fixes, ...quiet],
      );
      await take(lamps[0]!);
      await nothingIsSaid(`peace after ${lamps[0]!.title}`);
    });
  }

  it('a lint that is disabled in settings is silent until it is wanted again', async () => {
    const name = 'unused-layer: defined only';
    const [found] = await saidAbout(advice[name]!, 'unused-layer');
    const disable = (await lampsAt(found!)).find(({ title }) => title.startsWith('Disable'));
    await take(disable!);
    await nothingIsSaid('peace after disabling the lint');
    const settings = vscode.workspace.getConfiguration('cnnLab');
    assert.deepEqual(settings.get('lints.disabled'), ['unused-layer']);
    await settings.update('lints.disabled', [], vscode.ConfigurationTarget.Workspace);
    await eventually(
      () => diagnosticsOf(editor.document.uri),
      (seen) => seen.length === 1,
      'the advice again',
    );
  });

  it('the setting offers every lint with what it says', () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert(extension);
    const { properties } = extension.packageJSON.contributes.configuration;
    const { items } = properties['cnnLab.lints.disabled'];
    assert.deepEqual(items.enum, Object.keys(lints));
    assert.deepEqual(
      items.enumDescriptions,
      Object.values(lints).map(({ doc }) => doc),
    );
  });
});

describe('mistakes in an imported file', () => {
  before(activated);

  it('stand in that file, with their fix', async () => {
    const block = await openText(
      'parts/mistaken.py',
      'import torch.nn as nn\n\nclass Block(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(16))\n\n    def forward(self, x):\n        return super().forward(x)\n',
    );
    editor = await openText(
      'imports_mistake.py',
      'import torch.nn as nn\nfrom parts.mistaken import Block\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.block = Block()\n\n    def forward(self, x):  # cnnlab: input=(2, 3, 8, 8)\n        return self.block(x)\n',
    );
    const [found] = await eventually(
      () => diagnosticsOf(block.document.uri),
      (seen) => seen.length > 0,
      'a squiggle in the imported file',
    );
    assert.match(found!.message, /running_mean should contain 8 elements not 16/);
    assert.equal(block.document.getText(found!.range), 'super().forward(x)');
    const [fix] = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      block.document.uri,
      found!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    await take(fix!);
    await eventually(
      () => diagnosticsOf(block.document.uri),
      (seen) => seen.length === 0,
      'peace in the imported file',
    );
    assert.match(block.document.getText(), /nn\.BatchNorm2d\(8\)/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
