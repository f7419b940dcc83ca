/** @file Create Sample Project: a folder of its own, and nothing ever overwritten. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../src/host/commands/commandIds';
import { activated, eventually, hintsOf } from './editing';

describe('the sample project', () => {
  let parent = '';
  before(activated);
  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'cnn-lab sämple '));
  });
  after(() => rm(parent, { recursive: true, force: true }));

  const create = () =>
    vscode.commands.executeCommand<vscode.Uri>(commandIds.createSampleProject, vscode.Uri.file(parent));

  it('takes a new name where the folder is there already', async () => {
    const first = await create();
    const second = await create();
    assert.equal(basename(first.fsPath), 'cnn-lab-sample');
    assert.equal(basename(second.fsPath), 'cnn-lab-sample-2');
    assert.deepEqual(await readdir(first.fsPath), await readdir(second.fsPath));
  });

  it('shows shapes in its models, outside of the workspace and in a path with a space and an umlaut', async () => {
    const file = vscode.Uri.file(join(parent, 'cnn-lab-sample', 'unet.py'));
    const { document } = await vscode.window.showTextDocument(file);
    const hints = await eventually(
      () => hintsOf(document),
      (seen) => seen.size > 3,
      'hints of the sample’s unet.py',
    );
    assert([...hints.values()].every((text) => /\d/.test(text)));
  });
});
