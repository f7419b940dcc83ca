/** @file The whole way of a user: hints, Train Model, curves and masks, stop, the run on disk, Preview Segmentation. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../src/build/repository.mjs';
import { type CellsWorkspace, makeCellsWorkspace } from './cellsWorkspace';
import { inWorkbench } from './harness/inWorkbench';
import { openSeedUnet, startTraining } from './startTraining';

const shots = inRepository('dist/test/e2e/shots');
let workspace: CellsWorkspace;
beforeAll(async () => {
  workspace = await makeCellsWorkspace(8);
  await mkdir(shots, { recursive: true });
});
afterAll(() => workspace.remove());

test.each([
  { webgpu: true, backend: 'webgpu', badge: 'WebGPU' },
  { webgpu: false, backend: 'wasm', badge: 'WASM' },
])('trains the seed U-Net on $backend and previews it', async ({ webgpu, backend, badge }) => {
  await inWorkbench(`training-${backend}`, { folder: workspace.folder, webgpu }, async (workbench) => {
    await openSeedUnet(workbench);
    const panel = await startTraining(workbench, 200);
    await panel.locator('.badge', { hasText: badge }).waitFor({ timeout: 120_000 });
    // Curves grow: steps are drawn, and validation comes with the first epoch.
    await panel.locator('.charts canvas').first().waitFor({ timeout: 120_000 });
    await panel.locator('.status-line', { hasText: /epoch [2-9]/ }).waitFor({ timeout: 120_000 });
    await panel.locator('.pinned-table canvas[aria-label^="Predicted mask"]').first().waitFor();
    await workbench.screenshot(join(shots, `training-${backend}.png`));
    if (!webgpu) {
      // The fallback says why, where people look.
      await expect(panel.locator('.badge').first().getAttribute('title')).resolves.toMatch(/processor/);
    }
    await panel.locator('vscode-button', { hasText: 'Pause' }).click();
    await panel.locator('.status-line', { hasText: 'paused' }).waitFor();
    await panel.locator('vscode-button', { hasText: 'Resume' }).click();
    await panel.locator('.status-line', { hasText: 'training' }).waitFor();
    await panel.locator('vscode-button', { hasText: 'Stop' }).click();
    await panel.locator('.run-summary', { hasText: 'Training was stopped' }).waitFor();

    await expect.poll(async () => (await workspace.lastRun()).record.state).toBe('stopped');
    const { path, record, steps } = await workspace.lastRun();
    expect(record).toMatchObject({ state: 'stopped', device: { backend }, model: { class: 'UNET' } });
    expect(record.step).toBeGreaterThan(1);
    expect((await readdir(join(path, 'checkpoints'))).sort()).toEqual([
      'best.safetensors',
      'last.safetensors',
      'last.state.safetensors',
    ]);
    expect(steps.length).toBe(record.step);

    const [image] = (await readdir(join(workspace.folder, 'cells/images'))).sort();
    await workbench.runOnFile(`cells/images/${image}`, 'Preview Segmentation');
    const preview = await workbench.webview('.view-preview canvas');
    await preview.locator('.view-preview', { hasText: image }).waitFor();
    await workbench.screenshot(join(shots, `preview-${backend}.png`));
  });
});
