/**
 * @file Takes pictures of the panel in every scene and theme, for people to look at.
 *
 *   node test/webview/harness/screenshots.mjs FOLDER [SCENE…]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const [folder = '.', ...wanted] = argv.slice(2);
const root = join(import.meta.dirname, '../../..');
const origin = 'http://panel.localhost';
const trainScenes = ['training', 'fallback', 'failed'];
const scenes = [
  'empty',
  'architecture',
  'problem',
  'form',
  ...trainScenes,
  'completed',
  'interrupted',
  'preview',
  'classes',
];

/** @param {string} entry */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    format: 'iife',
    outdir: 'out',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.wgsl': 'text' },
  });
  return new Map(outputFiles.map((file) => [file.path.endsWith('.css') ? 'css' : 'js', file.text]));
}

const [page, harness, worker] = await Promise.all(
  ['webview/main.tsx', 'test/webview/harness/harnessPage.ts', 'test/webview/harness/harnessWorker.ts'].map(
    bundled,
  ),
);
const codicons = join(root, 'node_modules/@vscode/codicons/dist');
const html = `<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<link rel="stylesheet" href="/codicon.css" id="vscode-codicon-stylesheet"><link rel="stylesheet" href="/main.css">
<script type="application/json" id="cnn-lab-resources">{"engineWorker":"/worker.js?SCENE","ortWasm":"/empty","nonce":""}</script>
</head><body><div id="root"></div><script src="/harness.js"></script><script src="/main.js"></script></body></html>`;

/** @param {URL} url @returns {Promise<[type: string, body: string | Buffer]>} */
async function resource(url) {
  switch (url.pathname) {
    case '/main.js':
      return ['text/javascript', page.get('js')];
    case '/main.css':
      return ['text/css', page.get('css')];
    case '/harness.js':
      return ['text/javascript', harness.get('js')];
    case '/worker.js':
      return ['text/javascript', `const scene = '${url.search.slice(1)}';${worker.get('js')}`];
    case '/codicon.css':
      return ['text/css', await readFile(join(codicons, 'codicon.css'))];
    case '/codicon.ttf':
      return ['font/ttf', await readFile(join(codicons, 'codicon.ttf'))];
    case '/':
      return ['text/html', html.replace('SCENE', url.searchParams.get('scene') ?? '')];
    default:
      return ['text/plain', ''];
  }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const theme of ['dark', 'light', 'contrast']) {
    for (const scene of wanted.length > 0 ? wanted : scenes) {
      const tab = await browser.newPage({ viewport: { width: 760, height: 900 } });
      tab.on('console', (message) => message.type() === 'error' && console.log(scene, message.text()));
      tab.on('pageerror', (error) => console.log(scene, error.stack));
      await tab.route(`${origin}/**`, async (route) => {
        const [contentType, body] = await resource(new URL(route.request().url()));
        await route.fulfill({ contentType, body });
      });
      await tab.goto(`${origin}/?scene=${scene}&theme=${theme}`);
      await tab.waitForSelector('.tabs');
      if (trainScenes.includes(scene)) {
        await tab.waitForTimeout(200);
        await tab.click('vscode-button:has-text("Train")');
        await tab.waitForSelector('.pinned');
      }
      if (scene === 'preview' || scene === 'classes') await tab.waitForSelector('.picture');
      await tab.waitForTimeout(400);
      await tab.screenshot({ path: join(folder, `${scene}-${theme}.png`) });
      await tab.close();
    }
  }
} finally {
  await browser.close();
}
