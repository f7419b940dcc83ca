/** @file A run survives what happens to windows: covered and moved panels, a reload, an extension host that crashes. */
import type { Frame } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CellsWorkspace, makeCellsWorkspace } from './cellsWorkspace';
import { inWorkbench } from './harness/inWorkbench';
import type { Workbench } from './harness/workbench';
import { openSeedUnet, startTraining } from './startTraining';

let workspace: CellsWorkspace;
beforeEach(async () => {
  workspace = await makeCellsWorkspace(8);
});
afterEach(() => workspace.remove());

const patience = { timeout: 60_000, interval: 200 };

/** Waits until the run has as many steps more, on disk: what a hidden page draws proves nothing. */
async function growsBy(more: number): Promise<void> {
  const before = (await workspace.lastRun()).steps.length;
  await expect
    .poll(async () => (await workspace.lastRun()).steps.length, patience)
    .toBeGreaterThanOrEqual(before + more);
}

async function stopped(panel: Frame): Promise<void> {
  await panel.locator('vscode-button', { hasText: 'Stop' }).click();
  await panel.locator('.run-summary', { hasText: 'Training was stopped' }).waitFor();
  await expect.poll(async () => (await workspace.lastRun()).record.state, patience).toBe('stopped');
}

/** Every step once, in order: what was trained after the checkpoint is trained again, and written once. */
async function hasNoGap(): Promise<void> {
  const { steps, record } = await workspace.lastRun();
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, index) => index + 1));
  expect(steps.length).toBe(record.step);
}

async function firstEpochs(panel: Frame): Promise<void> {
  await panel.locator('.status-line', { hasText: /epoch ([3-9]|\d\d)/ }).waitFor({ timeout: 120_000 });
  await expect.poll(async () => (await workspace.lastRun()).hasCheckpoint, patience).toBe(true);
}

/** Pictures that the browser draws of a page: none of one that is covered. */
function framesIn(panel: Frame, milliseconds: number): Promise<number> {
  return panel.evaluate(async (duration) => {
    let frames = 0;
    const count = () => {
      frames++;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    await new Promise((done) => setTimeout(done, duration));
    return frames;
  }, milliseconds);
}

async function focusPanel(workbench: Workbench): Promise<void> {
  await workbench.page.locator('.tab', { hasText: 'CNN Lab' }).click();
}

test('covering and moving the panel do not slow or lose a run', async () => {
  await inWorkbench('covered', { folder: workspace.folder, crossOriginWebviews: true }, async (workbench) => {
    await openSeedUnet(workbench);
    const panel = await startTraining(workbench, 5000);
    await firstEpochs(panel);
    // A page that is loaded anew has forgotten this.
    await panel.evaluate(() => Object.assign(window, { sameAsBefore: true }));

    await focusPanel(workbench);
    await workbench.openFile('cells.md');
    await expect.poll(() => framesIn(panel, 500), patience).toBe(0);
    await growsBy(20);

    await focusPanel(workbench);
    await workbench.runCommand('View: Move Editor into Previous Group');
    await panel.locator('.run-header').waitFor({ state: 'visible' });
    await growsBy(20);
    expect(await panel.evaluate(() => 'sameAsBefore' in window)).toBe(true);

    // What was not drawn while it was hidden is drawn now.
    const { steps } = await workspace.lastRun();
    await expect
      .poll(
        async () => Number(/step (\d+)/.exec(await panel.locator('.status-line').innerText())?.[1]),
        patience,
      )
      .toBeGreaterThanOrEqual(steps.length);
    await stopped(panel);
    await hasNoGap();
  });
});

test('a reload and a crash of the extension host leave a run that Resume continues', async () => {
  await inWorkbench(
    'restarts',
    { folder: workspace.folder, crossOriginWebviews: true },
    async (workbench) => {
      await openSeedUnet(workbench);
      await firstEpochs(await startTraining(workbench, 5000));

      await workbench.reload();
      const reloaded = await workbench.webview('.run-summary');
      await reloaded.locator('.run-summary', { hasText: 'Training was interrupted' }).waitFor();
      const [first] = (await workspace.lastRun()).steps;
      expect(first).toBeDefined();
      await reloaded.locator('vscode-button', { hasText: 'Resume' }).click();
      await reloaded.locator('.status-line', { hasText: 'training' }).waitFor({ timeout: 120_000 });
      await growsBy(20);

      workbench.crashExtensionHost();
      // The page goes on without a host until it is found out, closed and opened again.
      await expect.poll(() => reloaded.isDetached(), patience).toBe(true);
      const reopened = await workbench.webview('.run-summary');
      await reopened.locator('.run-summary', { hasText: 'Training was interrupted' }).waitFor();
      await reopened.locator('vscode-button', { hasText: 'Resume' }).click();
      await reopened.locator('.status-line', { hasText: 'training' }).waitFor({ timeout: 120_000 });
      await growsBy(20);
      await stopped(reopened);
      await hasNoGap();
      // It is still the run that began before the reload.
      expect((await workspace.lastRun()).steps[0]).toEqual(first);
      expect((await workspace.runs()).length).toBe(1);
    },
  );
});
