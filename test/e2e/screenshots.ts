/** @file The README's pictures: the editor, hints and diagram, a training, a preview; in dark, light and high contrast. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { inRepository } from '../../src/build/repository.mjs';
import { inWorkbench } from './harness/inWorkbench';
import type { Theme, Workbench } from './harness/workbench';

/** A README is read over slow lines too. */
const largest = 300_000;
const viewport = { width: 1280, height: 800 };
const deviceScaleFactor = 1.5;
const [only = ''] = process.argv.slice(2);

const settings = {
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'editor.fontSize': 13,
  'editor.scrollBeyondLastLine': false,
  'explorer.openEditors.visible': 0,
  'window.commandCenter': false,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variables
  'window.title': '${activeEditorShort} — ${rootName}',
};

const parent = await mkdtemp(join(tmpdir(), 'cnn-lab-screenshots-'));
const folder = join(parent, 'sample');
await cp(inRepository('media/sample'), folder, { recursive: true });
await cp(inRepository('test/e2e/files/resnet18.py'), join(folder, 'resnet18.py'));

async function inTheme(theme: Theme, use: (workbench: Workbench) => Promise<void>): Promise<void> {
  const options = { folder, theme, settings, viewport, deviceScaleFactor };
  await inWorkbench(`screenshots-${theme}`, options, use);
}

async function take(workbench: Workbench, name: string, keepsMouse = false): Promise<void> {
  if (!name.startsWith(only)) return;
  if (!keepsMouse) await workbench.page.mouse.move(viewport.width / 2, viewport.height - 5);
  // Toasts and the caret are of no interest to anyone.
  await workbench.page.addStyleTag({
    content: '.notifications-toasts, .cursors-layer { display: none !important }',
  });
  await workbench.page.waitForTimeout(700);
  const path = inRepository('media/screenshots', `${name}.png`);
  await workbench.screenshot(path);
  const png = smallerPng(await readFile(path));
  await writeFile(path, png);
  if (png.length > largest) throw new Error(`${path} has ${png.length} bytes: more than ${largest}.`);
  console.log(`media/screenshots/${name}.png  ${(png.length / 1000).toFixed(0)} kB`);
}

/** Packed more patiently than the browser does, which is worth a fifth. */
function smallerPng(png: Uint8Array): Uint8Array {
  const { width, height, data, channels } = decode(png);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgb[pixel * 3 + channel] = data[pixel * channels + channel] ?? 0;
  return encode({ width, height, data: rgb, channels: 3, depth: 8 }, { zlib: { level: 9 } });
}

async function openModel(workbench: Workbench, line: number): Promise<void> {
  await workbench.openFile('unet.py');
  await workbench.waitForEditorText('class ConvBlock');
  await workbench.goToLine(line);
  await workbench.waitForEditorText(/8×64×64/);
  await workbench.page.locator('.codelens-decoration', { hasText: 'Train' }).first().waitFor();
}

async function architecture(workbench: Workbench, name: string): Promise<void> {
  await workbench.runCommand('View: Close Primary Side Bar').catch(() => undefined);
  await openModel(workbench, 62);
  await workbench.runCommand('CNN Lab: Show Architecture');
  const panel = await workbench.webview('.view-architecture svg');
  await panel.locator('.view-architecture svg').first().waitFor();
  // The block of the cursor's line is marked.
  await workbench.goToLine(66);
  await take(workbench, name);
}

async function training(workbench: Workbench, name: string): Promise<void> {
  await workbench.runCommand('CNN Lab: Open Experiment...');
  await workbench.quickPickRow('cells.cnnlab.json').click();
  const panel = await workbench.webview('.train-form');
  await panel.locator('vscode-button', { hasText: /^\s*Train/ }).click();
  await panel.locator('.status-line', { hasText: /epoch 1[2-5]/ }).waitFor({ timeout: 600_000 });
  await take(workbench, name);
  await panel.locator('.run-summary', { hasText: 'Training is complete' }).waitFor({ timeout: 300_000 });
}

async function preview(workbench: Workbench, name: string): Promise<void> {
  await workbench.runOnFile('cells/images/cell_03.png', 'Preview Segmentation');
  const panel = await workbench.webview('.view-preview canvas');
  await panel.locator('.view-preview canvas').first().waitFor();
  await take(workbench, name);
}

/** Hints and lenses of two files, a hover, and a squiggle with its quick fixes. */
async function editor(workbench: Workbench, suffix: string): Promise<void> {
  const { page } = workbench;
  await workbench.runCommand('View: Close Primary Side Bar').catch(() => undefined);
  await openModel(workbench, 30);
  await take(workbench, `editor-hints${suffix}`);

  await workbench.openFile('resnet18.py');
  await workbench.goToLine(30);
  await workbench.waitForEditorText(/512×7×7/);
  const text = await readFile(join(folder, 'resnet18.py'), 'utf8');
  await page.keyboard.press('Control+G');
  await workbench.quickInput().fill(`:${lineOf(text, 'nn.Conv2d(3, 64')}:18`);
  await page.keyboard.press('Enter');
  const hover = page.locator('.monaco-hover:visible', { hasText: 'kept for backward' }).first();
  // Asked for twice, a hover has the keyboard: only then it outlasts what the mouse seems to do when the page changes.
  for (let asked = 0; asked < 2; asked++) {
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    await hover.waitFor();
  }
  await take(workbench, `editor-hover${suffix}`, true);
  if (!(await hover.isVisible())) throw new Error('The hover went away before its picture was taken.');

  await page.keyboard.press('Escape');
  await writeFile(join(folder, 'resnet18.py'), text.replace('nn.Linear(512', 'nn.Linear(256'));
  await workbench.goToLine(lineOf(text, 'return self.fc(x)'));
  await page.locator('.squiggly-error').first().waitFor();
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget', { hasText: 'in_features' }).waitFor();
  await take(workbench, `editor-quick-fix${suffix}`, true);
  await page.keyboard.press('Escape');
  await writeFile(join(folder, 'resnet18.py'), text);
}

function lineOf(text: string, code: string): number {
  return text.slice(0, text.indexOf(code)).split('\n').length;
}

/** Each picture's name begins with its scene's. */
const scenes: readonly [Theme, string, (workbench: Workbench) => Promise<void>][] = [
  ['dark', 'editor', (workbench) => editor(workbench, '')],
  ['dark', 'architecture', (workbench) => architecture(workbench, 'architecture')],
  ['dark', 'training', (workbench) => training(workbench, 'training')],
  ['dark', 'preview', (workbench) => preview(workbench, 'preview')],
  ['light', 'editor', (workbench) => editor(workbench, '-light')],
  ['light', 'architecture', (workbench) => architecture(workbench, 'architecture-light')],
  ['highContrast', 'editor', (workbench) => editor(workbench, '-high-contrast')],
  ['highContrast', 'preview', (workbench) => preview(workbench, 'preview-high-contrast')],
];

/** A preview needs the model that the training leaves. */
function isNeeded(scene: string): boolean {
  const shown = scene === 'training' ? ['training', 'preview'] : [scene];
  return shown.some((each) => each.startsWith(only) || only.startsWith(each));
}

try {
  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    const needed = scenes.filter(([own, name]) => own === theme && isNeeded(name));
    if (needed.length === 0) continue;
    await inTheme(theme, async (workbench) => {
      for (const [, , scene] of needed) await scene(workbench);
    });
  }
} finally {
  await rm(parent, { recursive: true, force: true, maxRetries: 5 });
}
