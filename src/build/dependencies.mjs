/** @file Installs the npm packages of the lock file where they are missing or of another version. Free of dependencies. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { inRepository } from './repository.mjs';
import { runCommand } from './runCommand.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean }> }} LockFile */

/** @param {string} path @returns {Promise<LockFile>} */
const readLock = async (path) => JSON.parse(await readFile(path, 'utf8'));

/** @returns {Promise<boolean>} whether node_modules holds what package-lock.json says; optional packages may be absent */
async function areInstalled() {
  // npm's own record of what it has put there.
  const record = inRepository('node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = await readLock(inRepository('package-lock.json'));
  const installed = await readLock(record);
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      path === '' || optional || installed.packages[path]?.version === version,
  );
}

/** Runs `npm ci` where it is needed. @param {(line: string) => void} [say] */
export async function ensureDependencies(say = console.log) {
  if (await areInstalled()) return;
  say('Installing npm packages (npm ci)');
  await runCommand('npm', ['ci', '--no-audit', '--no-fund'], { cwd: inRepository() });
}
