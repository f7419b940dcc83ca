/** @file From an open window to a run that goes on: the model file, its hints, Train Model, a small form. */
import type { Frame } from 'playwright-core';
import type { Workbench } from './harness/workbench';

/** Opens the model and waits for its hints. */
export async function openSeedUnet(workbench: Workbench): Promise<void> {
  await workbench.openFile('seed_unet.py');
  await workbench.goToLine(50);
  await workbench.waitForEditorText(/x = down\(x\)\s*64×161×161 → 128×80×80/);
}

export async function startTraining(workbench: Workbench, epochs: number): Promise<Frame> {
  await workbench.runCommand('CNN Lab: Train Model');
  return fillTrainForm(workbench, epochs);
}

/** Fills in the form of a training that takes seconds, and sends it off. Resolves to the panel. */
export async function fillTrainForm(workbench: Workbench, epochs: number): Promise<Frame> {
  const panel = await workbench.webview('.train-form');
  const fields = { features: '[4, 8]', 'Input size': '1×32×32', Epochs: String(epochs), 'Batch size': '4' };
  for (const [label, value] of Object.entries(fields)) {
    await panel.getByRole('textbox', { name: new RegExp(`^${label}`) }).fill(value);
  }
  await panel.locator('vscode-button', { hasText: /^\s*Train/ }).click();
  return panel;
}
