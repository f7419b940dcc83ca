/**
 * @file A real VS Code that runs without a display: code-server and the Node it needs, from npm, in the cache folder.
 * About 800 MB, so it lives outside node_modules and `npm ci` stays small. Free of dependencies.
 *
 *   node src/build/vscodeHost.mjs     installs it where absent and prints the version
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { inCache } from './repository.mjs';
import { runCommand } from './runCommand.mjs';

/** code-server 4.x.y carries VS Code 1.x.y; `engines.vscode` in package.json must not ask for more. */
const CODE_SERVER = '4.139.1';
/** The Node that this code-server was built for; npm carries the binary itself. */
const NODE = '24.21.0';
const NODE_PACKAGES = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/**
 * @typedef {object} VscodeHost
 * @property {string} version of VS Code
 * @property {string} node path of the Node binary that runs the server
 * @property {string} entry path of the server's script
 */

const folder = inCache(`vscode-host-${CODE_SERVER}`);
const platform = `${process.platform}-${process.arch}`;

/** @returns {VscodeHost | undefined} the installed VS Code host, or undefined where there is none yet */
export function findVscodeHost() {
  const host = {
    version: CODE_SERVER.replace(/^4\./, '1.'),
    node: join(folder, 'node_modules', `node-${platform}`, 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
  return existsSync(host.node) && existsSync(host.entry) ? host : undefined;
}

/**
 * Installs the VS Code host where it is absent. Throws where this platform has none or npm fails; nothing half-made
 * stays behind, since everything is installed in a temporary folder that is renamed at the end.
 * @param {(line: string) => void} [say]
 * @returns {Promise<VscodeHost>}
 */
export async function ensureVscodeHost(say = console.log) {
  const found = findVscodeHost();
  if (found) return found;
  if (!NODE_PACKAGES.includes(platform)) {
    throw new Error(
      `code-server has no build for ${platform}. Run the host tests on a desktop VS Code: npm run test:desktop`,
    );
  }
  say(`Installing VS Code ${CODE_SERVER.replace(/^4\./, '1.')} (code-server, about 800 MB) in ${folder}`);
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-installing-`);
  try {
    await writeFile(join(temporary, 'package.json'), '{ "name": "vscode-host", "private": true }\n');
    /** @param {string} cwd @param {string[]} args */
    const npmInstall = (cwd, ...args) =>
      // Scripts are off: they would compile native modules for which no compiler need be here; the prebuilt ones do.
      runCommand('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], {
        cwd,
        quiet: true,
      });
    await npmInstall(temporary, '--no-save', `node-${platform}@${NODE}`, `code-server@${CODE_SERVER}`);
    const server = join(temporary, 'node_modules', 'code-server', 'lib', 'vscode');
    await npmInstall(server, '--omit=dev');
    await npmInstall(join(server, 'extensions'), '--omit=dev');
    // Another process may have finished first: then its folder is as good as ours.
    await rename(temporary, folder).catch((error) => {
      if (!findVscodeHost()) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const installed = findVscodeHost();
  if (!installed)
    throw new Error(`code-server was installed in ${folder}, but its files are not where they should be.`);
  return installed;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const host = await ensureVscodeHost();
  const version = await runCommand(host.node, [host.entry, '--config', '/dev/null', '--version'], {
    quiet: true,
  });
  console.log(
    `${version.trim().split('\n').at(-1)} (started by Node ${execPath === host.node ? 'itself' : host.node})`,
  );
}
