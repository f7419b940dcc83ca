/**
 * @file What the tests need from the operating system: a Chromium, a font, and on Linux the Vulkan loader.
 * On Debian and its relatives, as root, they are installed; elsewhere it says what to install. Free of dependencies.
 *
 *   node src/build/systemPackages.mjs
 */
import { existsSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.mjs';
import { runCommand, tryCommand } from './runCommand.mjs';

/** @returns {Promise<boolean>} whether the Vulkan loader, which Dawn opens by name, is installed */
async function hasVulkanLoader() {
  const folders = [
    '/usr/lib',
    '/usr/lib64',
    '/lib/x86_64-linux-gnu',
    '/lib/aarch64-linux-gnu',
    '/usr/local/lib',
  ];
  if (folders.some((folder) => existsSync(`${folder}/libvulkan.so.1`))) return true;
  return (await tryCommand('ldconfig', ['-p'], { quiet: true })).output.includes('libvulkan.so.1');
}

/** @returns {Promise<string[]>} names of the Debian packages that are missing here */
async function missingPackages() {
  const missing = [];
  if (!findChromium()) missing.push('chromium');
  if (process.platform !== 'linux') return missing;
  if (!(await hasVulkanLoader())) missing.push('libvulkan1');
  if (!existsSync('/usr/share/fonts')) missing.push('fonts-dejavu-core');
  return missing;
}

/** Whether packages can be installed here without asking anybody. */
export const canInstallPackages = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/**
 * Installs Debian packages (root only). Throws with apt's own words where that fails.
 * @param {string[]} packages
 */
export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update'], { env, quiet: true });
  await runCommand('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], {
    env,
    quiet: true,
  });
}

/**
 * Makes sure that everything is there. Throws with what to install where it could not.
 * @param {(line: string) => void} [say]
 */
export async function ensureSystemPackages(say = console.log) {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH && !existsSync(CHROME_PATH))
    throw new Error(`CHROME_PATH is ${CHROME_PATH}, which does not exist.`);
  const missing = await missingPackages();
  if (missing.length === 0) return;
  if (!canInstallPackages()) {
    throw new Error(
      `Missing on this system: ${missing.join(', ')}. Install them (Debian, Ubuntu: sudo apt-get install ` +
        `${missing.join(' ')}), or set CHROME_PATH to a Chromium, Chrome or Edge.`,
    );
  }
  say(`Installing ${missing.join(', ')} with apt-get`);
  await aptInstall(missing);
  const still = await missingPackages();
  if (still.length > 0) throw new Error(`apt-get ended well, but still missing: ${still.join(', ')}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await ensureSystemPackages();
  console.log(`Browser: ${findChromium()}`);
}
