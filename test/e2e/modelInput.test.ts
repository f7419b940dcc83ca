/** @file The input of a model, changed at the lens above its class, is remembered when the window loads anew. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CellsWorkspace, makeCellsWorkspace } from './cellsWorkspace';
import { inWorkbench } from './harness/inWorkbench';

let workspace: CellsWorkspace;
beforeAll(async () => {
  workspace = await makeCellsWorkspace(4);
});
afterAll(() => workspace.remove());

test('a typed shape counts for hints and lens, also after a reload, until the file counts again', async () => {
  await inWorkbench('model-input', { folder: workspace.folder }, async (workbench) => {
    const { page } = workbench;
    const lens = (text: string) => page.locator('.codelens-decoration a', { hasText: text }).first();
    const open = async () => {
      await workbench.openFile('seed_unet.py');
      await workbench.goToLine(24);
    };
    await open();
    await lens('input 1×161×161').click();
    // Suggestions come from the file and from the images of the workspace.
    await workbench.quickPickRow("from this file's own test code").waitFor();
    await workbench.quickPickRow('as cells has them').waitFor();
    await workbench.quickInput().fill('1x1xten');
    await workbench.quickPickRow('Every size must be a whole number').waitFor();
    await workbench.quickInput().fill('1x1x48x64');
    await workbench.quickPickRow('1×1×48×64').click();
    await lens('input 1×48×64').waitFor();
    await workbench.goToLine(50);
    await workbench.waitForEditorText(/x = down\(x\)\s*64×48×64 → 128×24×32/);

    await workbench.reload();
    await open();
    await lens('input 1×48×64').click();
    await workbench.quickPickRow('Use what the file says').click();
    await lens('input 1×161×161').waitFor();
    expect(await lens('input 1×48×64').count()).toBe(0);
  });
});
