/**
 * @file `npm start`: builds and installs CNN Lab, and opens its sample project in VS Code: the desktop's where `code`
 * is on PATH, else a server of our own to be used in a browser. Free of dependencies until `npm ci` has run.
 *
 *   npm start                              the sample project, copied to ~/cnn-lab-sample
 *   npm start -- --folder PATH             another folder
 *   npm start -- --server                  in a browser even where there is a desktop VS Code
 *   npm start -- --headless [ARGUMENTS…]   trains the sample without an editor and prints its curve; arguments go to
 *                                          `node dist/cli.js train`
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv, env, execPath, exit, platform } from 'node:process';
import { findChromium } from './chromium.mjs';
import { installExtension, startCodeServer } from './codeServer.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureLavapipe } from './lavapipe.mjs';
import { inCache, inRepository } from './repository.mjs';
import { runCommand, tryCommand } from './runCommand.mjs';
import { ensureVscodeHost } from './vscodeHost.mjs';

const vsix = inRepository('dist', 'cnn-lab.vsix');
const sampleExperiment = 'cells.cnnlab.json';

/** @returns {Promise<string>} the user's own copy of the sample project, so that the repository stays clean */
async function sampleFolder() {
  const folder = join(homedir(), 'cnn-lab-sample');
  if (!existsSync(folder)) await cp(inRepository('media', 'sample'), folder, { recursive: true });
  return folder;
}

/** @param {string[]} args for `train` */
async function trainHeadless(args) {
  await ensureLavapipe();
  await runCommand(execPath, [inRepository('src', 'build', 'bundle.mjs')]);
  const experiment = join(await sampleFolder(), sampleExperiment);
  const { code } = await tryCommand(execPath, [inRepository('dist', 'cli.js'), 'train', experiment, ...args]);
  exit(code);
}

/** @param {string} folder @returns {Promise<boolean>} whether a desktop VS Code has opened it */
async function openOnDesktop(folder) {
  if ((await tryCommand('code', ['--version'], { quiet: true })).code !== 0) return false;
  const installed = await tryCommand('code', ['--install-extension', vsix, '--force'], { quiet: true });
  if (installed.code === 0 && (await tryCommand('code', [folder], { quiet: true })).code === 0) {
    console.log(`Opened ${folder} in VS Code. Run "CNN Lab: Train Model" from the command palette.`);
    return true;
  }
  console.log(
    `The VS Code on this machine did not take the extension, so one is served instead:\n${installed.output}`,
  );
  return false;
}

/** @param {string} folder */
async function openInBrowser(folder) {
  const host = await ensureVscodeHost();
  const [profile, extensionsFolder] = [inCache('start', 'profile'), inCache('start', 'extensions')];
  await installExtension(host, vsix, extensionsFolder, profile);
  const server = await startCodeServer({ profile, extensionsFolder });
  const address = `${server.url}/?folder=${encodeURIComponent(folder)}`;
  console.log(
    `\nVS Code with CNN Lab is at\n\n  ${address}\n\nRun "CNN Lab: Train Model" from the command palette.`,
  );
  console.log('Ctrl+C stops it.');
  const hasDisplay = platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY;
  const browser = hasDisplay ? findChromium() : undefined;
  // Chromium on Linux gives WebGPU only when asked.
  if (browser) {
    const flags = platform === 'linux' ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan'] : [];
    spawn(browser, [...flags, address], { detached: true, stdio: 'ignore' })
      .on('error', () => {})
      .unref();
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, async () => {
      await server.stop();
      exit(0);
    });
  }
}

const [first, ...rest] = argv.slice(2);
await ensureDependencies();
if (first === '--headless') {
  await trainHeadless(rest);
} else {
  const asked = argv.indexOf('--folder');
  const folder = asked > 0 ? resolve(argv[asked + 1] ?? '.') : await sampleFolder();
  await runCommand(execPath, [inRepository('src', 'build', 'packageVsix.mjs')]);
  if (argv.includes('--server') || !(await openOnDesktop(folder))) await openInBrowser(folder);
}
