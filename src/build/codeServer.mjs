/**
 * @file Starts a VS Code server with a profile of its own, for tests, screenshots and `npm start`.
 * Free of dependencies.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from './repository.mjs';
import { runCommand } from './runCommand.mjs';
import { ensureVscodeHost } from './vscodeHost.mjs';

/** Settings that keep a test's VS Code quiet and alike from run to run. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
};

/**
 * @typedef {object} CodeServerOptions
 * @property {string} [extensionsFolder] where extensions are installed; default: an empty one
 * @property {Record<string, unknown>} [settings] user settings, over the quiet defaults
 * @property {boolean} [workspaceTrust] false: every folder is trusted and nothing asks; default true
 * @property {boolean} [smokeTestDriver] lets the page's address load an extension in development and its tests
 * @property {string} [profile] user data folder that is kept; default: a temporary one that goes when the server stops
 * @property {number} [port] default: a free one
 * @property {NodeJS.ProcessEnv} [env] added to ours, for the server and its extension host
 *
 * @typedef {object} CodeServer
 * @property {string} url without a trailing slash
 * @property {number} port
 * @property {string} profile the user data folder
 * @property {() => string} log all that the server has printed
 * @property {() => Promise<void>} stop
 */

/**
 * Starts VS Code's server, and resolves when it answers. Throws with its log where it does not within a minute.
 * @param {CodeServerOptions} [options]
 * @returns {Promise<CodeServer>}
 */
export async function startCodeServer(options = {}) {
  const host = await ensureVscodeHost();
  const temporary = await mkdtemp(join(tmpdir(), 'cnn-lab-vscode-'));
  const profile = options.profile ?? join(temporary, 'profile');
  const extensionsFolder = options.extensionsFolder ?? join(temporary, 'extensions');
  const port = options.port ?? (await freePort());
  await writeSettings(profile, options.settings ?? {}, options.profile !== undefined);
  const args = [
    ...['--config', await emptyConfig(temporary)],
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--user-data-dir', profile, '--extensions-dir', extensionsFolder],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(options.workspaceTrust === false ? ['--disable-workspace-trust'] : []),
    ...(options.smokeTestDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
  // In a terminal of VS Code this variable would send the command line to that window instead.
  const { VSCODE_IPC_HOOK_CLI: _, ...inherited } = process.env;
  const server = spawn(host.node, [host.entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...options.env },
    // A process group of its own, so that `stop` ends the extension host with it.
    detached: true,
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
  }
  const exited = new Promise((done) => server.once('exit', done));
  const endGroup = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (server.pid) process.kill(-server.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  const endWithUs = () => endGroup('SIGKILL');
  process.once('exit', endWithUs);
  const stop = async () => {
    endGroup('SIGTERM');
    await Promise.race([exited, new Promise((done) => setTimeout(done, 5000).unref())]);
    endGroup('SIGKILL');
    process.off('exit', endWithUs);
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  if (!(await answers(`${url}/healthz`, () => server.exitCode === null))) {
    await stop();
    throw new Error(`VS Code's server did not start:\n${log}`);
  }
  return { url, port, profile, log: () => log, stop };
}

/**
 * Installs a VSIX in an extensions folder made for exactly this file, and reuses it while the file is the same.
 * @param {string} vsix
 * @returns {Promise<string>} the folder, for `extensionsFolder`
 */
export async function extensionsFolderOf(vsix) {
  const digest = createHash('sha256')
    .update(await readFile(vsix))
    .digest('hex')
    .slice(0, 12);
  const folder = inRepository('dist', 'test', `extensions-${digest}`);
  // VS Code notes absolute paths in this folder, so it cannot be made elsewhere and renamed: a mark says it is whole.
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return folder;
  await rm(folder, { recursive: true, force: true });
  await installExtension(await ensureVscodeHost(), vsix, folder, join(folder, '.profile'));
  await writeFile(complete, '');
  return folder;
}

/**
 * @param {import('./vscodeHost.mjs').VscodeHost} host
 * @param {string} vsix
 * @param {string} extensionsFolder
 * @param {string} profile
 */
export async function installExtension(host, vsix, extensionsFolder, profile) {
  await mkdir(profile, { recursive: true });
  const places = ['--user-data-dir', profile, '--extensions-dir', extensionsFolder];
  const config = ['--config', await emptyConfig(profile)];
  const output = await runCommand(
    host.node,
    [host.entry, ...config, ...places, '--install-extension', vsix, '--force'],
    { quiet: true },
  );
  // The exit code is 0 even where the installation failed.
  if (!/successfully installed/.test(output)) throw new Error(`VS Code did not install ${vsix}:\n${output}`);
}

/** @param {string} folder @returns {Promise<string>} a code-server configuration that says nothing, so that the user's own is not read */
async function emptyConfig(folder) {
  const path = join(folder, 'code-server.yaml');
  await writeFile(path, '');
  return path;
}

/** @param {string} profile @param {Record<string, unknown>} settings @param {boolean} keep the settings that are there */
async function writeSettings(profile, settings, keep) {
  const path = join(profile, 'User', 'settings.json');
  if (keep && existsSync(path)) return;
  await mkdir(join(profile, 'User'), { recursive: true });
  await writeFile(path, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

/** @param {string} url @param {() => boolean} alive @returns {Promise<boolean>} whether it answers within a minute */
async function answers(url, alive) {
  for (const end = Date.now() + 60_000; Date.now() < end && alive(); ) {
    const ok = await fetch(url)
      .then((response) => response.ok)
      .catch(() => false);
    if (ok) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}
