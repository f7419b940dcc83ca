/** @file Show Architecture: the diagram beside the code, and from a block to its line. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CellsWorkspace, makeCellsWorkspace } from './cellsWorkspace';
import { inWorkbench } from './harness/inWorkbench';

let workspace: CellsWorkspace;
beforeAll(async () => {
  workspace = await makeCellsWorkspace(2);
});
afterAll(() => workspace.remove());

test('a block of the diagram goes to its line, by mouse and by keyboard', async () => {
  await inWorkbench('architecture', { folder: workspace.folder, webgpu: false }, async (workbench) => {
    await workbench.openFile('seed_unet.py');
    await workbench.runCommand('CNN Lab: Show Architecture');
    const panel = await workbench.webview('.view-architecture svg');
    await expect(panel.locator('.view-architecture').innerText()).resolves.toMatch(/31\.0\s?M parameters/);
    const line = (number: number) =>
      workbench.page.locator('.statusbar-item', { hasText: `Ln ${number},` }).waitFor({ timeout: 20_000 });
    await panel
      .getByRole('button', { name: /bottleneck/ })
      .first()
      .click();
    await line(54);
    await panel
      .getByRole('button', { name: /final_conv/ })
      .first()
      .focus();
    await workbench.page.keyboard.press('Enter');
    await line(67);
  });
});
