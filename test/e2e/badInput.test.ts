/** @file What is wrong is said where the user looks, nothing is lost by it, and it is gone when it is mended. */
import { copyFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../src/build/repository.mjs';
import { type CellsWorkspace, makeCellsWorkspace } from './cellsWorkspace';
import { inWorkbench } from './harness/inWorkbench';
import type { Workbench } from './harness/workbench';
import { fillTrainForm } from './startTraining';

const twoNets = `import torch.nn as nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x):
        return self.layer(x)


class Large(Small):
    pass
`;

const patience = { timeout: 60_000, interval: 200 };
const hint = /x = down\(x\)\s*64×161×161 → 128×80×80/;

let workspace: CellsWorkspace;
let model = '';
beforeAll(async () => {
  workspace = await makeCellsWorkspace(0);
  model = join(workspace.folder, 'seed_unet.py');
  await writeFile(join(workspace.folder, 'two_nets.py'), twoNets);
});
afterAll(() => workspace.remove());

/** The same images as in the sample, the first of which ends in the middle of its pixels. */
async function addCells(count: number): Promise<string> {
  for (const part of ['masks', 'images']) {
    const source = inRepository('media/sample/cells', part);
    const names = (await readdir(source)).sort().slice(0, count);
    for (const name of names) await copyFile(join(source, name), join(workspace.folder, 'cells', part, name));
  }
  const [broken] = (await readdir(join(workspace.folder, 'cells/images'))).sort();
  const path = join(workspace.folder, 'cells/images', broken!);
  await truncate(path, (await readFile(path)).length / 2);
  return broken!;
}

async function sidebarOfCnnLab(workbench: Workbench): Promise<void> {
  await workbench.page.locator('.activitybar .action-label[aria-label="CNN Lab"]').click();
}

test('nothing runs before trust; afterwards every fault is named and can be mended', async () => {
  await inWorkbench('bad-input', { folder: workspace.folder, trust: 'restricted' }, async (workbench) => {
    const { page } = workbench;

    // Restricted: no hints, no lenses, and the views and commands say why.
    await workbench.openFile('seed_unet.py');
    await workbench.goToLine(50);
    await sidebarOfCnnLab(workbench);
    await page.locator('.welcome-view', { hasText: 'In Restricted Mode CNN Lab runs nothing' }).waitFor();
    await page.locator('.welcome-view', { hasText: 'Training needs a trusted workspace' }).waitFor();
    await workbench.runCommand('CNN Lab: Train Model');
    await workbench.notification('the workspace is in Restricted Mode');
    expect(await workbench.editorText()).not.toContain('×');
    expect(await page.locator('.codelens-decoration').count()).toBe(0);

    // Trusted: there they are, without a reload.
    await workbench.runCommand('Workspaces: Manage Workspace Trust');
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
    await workbench.openFile('seed_unet.py');
    await workbench.goToLine(50);
    await workbench.waitForEditorText(hint);
    await page.locator('.pane-body .monaco-list-row', { hasText: 'UNET' }).first().waitFor();

    // A syntax error, then a file that never ends: named in words, and gone once mended.
    await workbench.runCommand('Problems: Focus on Problems View');
    const good = await readFile(model, 'utf8');
    const faults = [
      { from: 'x = self.bottleneck(x)', to: 'x = self.bottleneck(x))', message: /unmatched '\)'/ },
      { from: 'def test():', to: 'while True: pass\n\ndef test():', message: /still running/ },
    ];
    for (const { from, to, message } of faults) {
      await writeFile(model, good.replace(from, to));
      const problem = page.locator('.markers-panel .monaco-list-row', { hasText: message });
      await problem.waitFor({ timeout: patience.timeout });
      await problem.click();
      await page.locator('.squiggly-error').first().waitFor();
      await writeFile(model, good);
      await problem.waitFor({ state: 'detached', timeout: patience.timeout });
      await workbench.goToLine(50);
      await workbench.waitForEditorText(hint);
    }

    // Two models in a file: which one?
    await workbench.openFile('two_nets.py');
    await page.locator('.codelens-decoration', { hasText: 'Train' }).first().waitFor();
    await workbench.runCommand('CNN Lab: Train Model');
    await workbench.quickPickRow('Small').waitFor();
    await workbench.quickPickRow('Large').waitFor();
    await page.keyboard.press('Escape');

    // A folder for images without any.
    await workbench.openFile('seed_unet.py');
    await workbench.runCommand('CNN Lab: Train Model');
    const dialog = page.locator('.monaco-dialog-box', {
      hasText: 'No folder of this workspace holds images',
    });
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();

    // A place where no run can be written: the form stays as it was filled in, and says so.
    const broken = await addCells(8);
    await writeFile(join(workspace.folder, '.cnnlab'), 'A file where a folder should be.');
    await workbench.runCommand('CNN Lab: Train Model');
    const panel = await fillTrainForm(workbench, 5000);
    await panel.locator('.notice', { hasText: 'cannot write a run into' }).waitFor();
    await rm(join(workspace.folder, '.cnnlab'));
    await panel.locator('vscode-button', { hasText: /^\s*Train/ }).click();

    // An image that ends too early is named; the run goes on without it.
    await panel.locator('.warnings summary', { hasText: '1 warning' }).click({ timeout: 120_000 });
    await panel.locator('.warnings li', { hasText: broken }).waitFor();
    await panel.locator('.status-line', { hasText: /epoch ([3-9]|\d\d)/ }).waitFor({ timeout: 120_000 });
    await panel.locator('vscode-button', { hasText: 'Stop' }).click();
    await expect.poll(async () => (await workspace.lastRun()).record.state, patience).toBe('stopped');
  });
});
