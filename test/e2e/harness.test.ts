/** @file What the other end-to-end tests rely on: adapters, Workspace Trust and origins are as they asked for. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/build/codeServer.mjs';
import { launchBrowser } from './harness/browser';
import { Workbench } from './harness/workbench';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cnn-lab-e2e-'));
  await writeFile(join(folder, 'notes.md'), '# A heading\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([true, false])('a browser with webgpu: %s has an adapter only if so', async (webgpu) => {
  const port = await freePort();
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<p>'),
  ).listen(port);
  const browser = await launchBrowser({ webgpu });
  try {
    await browser.page.goto(`http://127.0.0.1:${port}`);
    const adapter = await browser.page.evaluate(async () => {
      const found = await navigator.gpu.requestAdapter();
      return found?.info.architecture ?? null;
    });
    expect(adapter).toBe(webgpu ? 'swiftshader' : null);
  } finally {
    await browser.close();
    server.close();
  }
});

test('a restricted folder is restricted', async () => {
  const workbench = await Workbench.open({ folder, trust: 'restricted' });
  try {
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  } finally {
    await workbench.close();
  }
});

test('a granted folder is trusted, and webviews have origins of their own when asked for', async () => {
  const workbench = await Workbench.open({ folder, trust: 'granted', crossOriginWebviews: true });
  try {
    await workbench.openFile('notes.md');
    await workbench.waitForEditorText('# A heading');
    await workbench.runCommand('Markdown: Open Preview');
    const preview = await workbench.webview('h1');
    expect(new URL(preview.url()).hostname).toMatch(/^.+\.localhost$/);
    await expect(
      workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).count(),
    ).resolves.toBe(0);
  } finally {
    await workbench.close();
  }
});
