/** @file What a user of VS Code waits for: activation, the first hints, and the first loss after the click on Train. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRepository } from '../../src/build/repository.mjs';
import { makeCellsWorkspace } from '../e2e/cellsWorkspace';
import { packedExtension } from '../e2e/harness/inWorkbench';
import { Workbench } from '../e2e/harness/workbench';

export interface EditorTimes {
  /** As VS Code itself counts it: loading and running the bundle, then `activate`. */
  readonly activation: string;
  /** From the tab of the first Python file of a new window to its hints, in milliseconds; activation included. */
  readonly firstHintCold: number;
  /** From the tab of another model file to its hints. */
  readonly firstHintWarm: number;
  /** From the click to the first loss in the panel: tiny U-Net, 32×32, batch 4. */
  readonly trainToFirstLoss: Readonly<Record<'webgpu' | 'wasm', number>>;
}

const POLL_MS = 20;
const PATIENCE_MS = 80_000;

/** Opens the packed extension in two new windows, one with a WebGPU adapter on the processor and one without any. */
export async function editorTimes(): Promise<EditorTimes> {
  const gpu = await inNewWindow(true, async (workbench) => {
    await workbench.openFile('seed_unet.py');
    const firstHintCold = await until('first hints', async () =>
      /128×80×80/.test(await hints(workbench, 50)),
    );
    await workbench.openFile('tiny_vgg.py');
    const firstHintWarm = await until('hints of the other file', async () =>
      /10×14×14/.test(await workbench.editorText()),
    );
    const first = await firstLoss(workbench);
    await workbench.runCommand('Developer: Show Running Extensions');
    const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'CNN Lab' });
    const activation = await row.locator('.activation-time').first().innerText();
    return { activation, firstHintCold, firstHintWarm, first };
  });
  const { first, ...times } = gpu;
  const wasm = await inNewWindow(false, async (workbench) => {
    await workbench.openFile('seed_unet.py');
    await until('hints', async () => /128×80×80/.test(await hints(workbench, 50)));
    return firstLoss(workbench);
  });
  return { ...times, trainToFirstLoss: { webgpu: first, wasm } };
}

async function inNewWindow<T>(webgpu: boolean, use: (workbench: Workbench) => Promise<T>): Promise<T> {
  const workspace = await makeCellsWorkspace(8);
  await copyFile(inRepository('test/golden/models/tiny_vgg.py'), join(workspace.folder, 'tiny_vgg.py'));
  const workbench = await Workbench.open({ vsix: packedExtension, folder: workspace.folder, webgpu });
  try {
    return await use(workbench);
  } finally {
    await workbench.close();
    await workspace.remove();
  }
}

let shownLine = 0;

/** The editor draws only what is in view. */
async function hints(workbench: Workbench, line: number): Promise<string> {
  if (shownLine !== line) await workbench.goToLine(line);
  shownLine = line;
  return workbench.editorText();
}

async function firstLoss(workbench: Workbench): Promise<number> {
  await workbench.openFile('seed_unet.py');
  await workbench.runCommand('CNN Lab: Train Model');
  const panel = await workbench.webview('.train-form');
  const fields = { features: '[4, 8]', 'Input size': '1×32×32', Epochs: '50', 'Batch size': '4' };
  for (const [label, value] of Object.entries(fields)) {
    await panel.getByRole('textbox', { name: new RegExp(`^${label}`) }).fill(value);
  }
  await panel.locator('vscode-button', { hasText: /^\s*Train/ }).click();
  const status = panel.locator('.status-line', { hasText: /epoch \d/ });
  return until('first loss', async () => (await status.count()) > 0);
}

/** Milliseconds until it holds, give or take a look. */
async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return performance.now() - start;
}
