/**
 * @file Mesa's software Vulkan driver, lavapipe, in the cache folder: 2–8 times as fast as Chromium's SwiftShader.
 * Dawn wants Mesa 24 or newer; Debian 12 has 22 and carries 25 in its backports. The package is only unpacked, and
 * apt works in folders of its own, so the system's packages and package lists stay as they are. Free of dependencies.
 *
 *   node src/build/lavapipe.mjs
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { inCache } from './repository.mjs';
import { runCommand } from './runCommand.mjs';
import { aptInstall, canInstallPackages } from './systemPackages.mjs';

const folder = inCache('lavapipe');
const driver = join(folder, 'lvp_icd.json');
/** What the driver links against; a Debian with Chromium has all but LLVM. */
const libraries =
  'libdrm2 libdrm-amdgpu1 libelf1 libllvm15 libwayland-client0 libx11-xcb1 libxcb-dri3-0 libxcb-present0 ' +
  'libxcb-randr0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 libxshmfence1 libzstd1';

const sources = `Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

/**
 * Puts lavapipe in the cache folder where it is absent and can be had. Never throws: without it everything works on
 * SwiftShader, only slower.
 * @param {(line: string) => void} [say]
 * @returns {Promise<string | undefined>} path of the driver's json file
 */
export async function ensureLavapipe(say = console.log) {
  if (existsSync(driver)) return driver;
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return undefined;
  // Newer systems have a new enough Mesa of their own (package mesa-vulkan-drivers), which Dawn finds by itself.
  if (!/^VERSION_CODENAME=bookworm$/m.test(await readFile('/etc/os-release', 'utf8'))) return undefined;
  try {
    say(`Fetching Mesa's lavapipe from Debian's backports into ${folder}`);
    await install();
    return driver;
  } catch (error) {
    say(`Going on without lavapipe, on SwiftShader: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function install() {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-installing-`);
  try {
    await mkdir(join(temporary, 'apt', 'lists', 'partial'), { recursive: true });
    await mkdir(join(temporary, 'apt', 'archives', 'partial'), { recursive: true });
    await writeFile(join(temporary, 'apt', 'backports.sources'), sources);
    const settings = [
      `Dir::State::Lists=${temporary}/apt/lists`,
      `Dir::Etc::SourceList=${temporary}/apt/backports.sources`,
      'Dir::Etc::SourceParts=/dev/null',
      `Dir::Cache=${temporary}/apt`,
      'APT::Sandbox::User=root',
    ].flatMap((setting) => ['-o', setting]);
    /** @param {string[]} args */
    const apt = (...args) => runCommand('apt-get', [...settings, ...args], { cwd: temporary, quiet: true });
    await apt('update');
    await apt('download', 'mesa-vulkan-drivers/bookworm-backports');
    const archive = (await readdir(temporary)).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error('apt-get download left no package');
    await runCommand('dpkg', ['-x', join(temporary, archive), join(temporary, 'root')], { quiet: true });
    const icds = join('root', 'usr', 'share', 'vulkan', 'icd.d');
    const icdName = (await readdir(join(temporary, icds))).find((name) => name.startsWith('lvp_icd'));
    if (!icdName) throw new Error('the package has no lvp_icd file');
    const icd = JSON.parse(await readFile(join(temporary, icds, icdName), 'utf8'));
    const libraryPath = join('root', 'usr', 'lib', multiarch(), icd.ICD.library_path);
    await ensureLibraries(join(temporary, libraryPath));
    icd.ICD.library_path = join(folder, libraryPath);
    await writeFile(join(temporary, 'lvp_icd.json'), JSON.stringify(icd));
    await rm(join(temporary, 'apt'), { recursive: true });
    await rm(join(temporary, archive));
    await rename(temporary, folder).catch((error) => {
      if (!existsSync(driver)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const multiarch = () => (process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu');

/** @param {string} library path of the driver, whose own libraries must all be on this system */
async function ensureLibraries(library) {
  const missing = async () =>
    [...(await runCommand('ldd', [library], { quiet: true })).matchAll(/^\s*(\S+) => not found/gm)].map(
      (m) => m[1],
    );
  if ((await missing()).length === 0) return;
  if (!canInstallPackages()) throw new Error(`it needs ${(await missing()).join(', ')} (${libraries})`);
  await aptInstall(libraries.split(' '));
  const still = await missing();
  if (still.length > 0)
    throw new Error(`it needs ${still.join(', ')}, which the packages ${libraries} did not bring`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const path = await ensureLavapipe();
  console.log(path ? `Driver: ${path}` : 'No lavapipe here.');
}
