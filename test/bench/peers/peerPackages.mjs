/**
 * @file The libraries that we are compared with, in the cache folder: 314 MB that nobody needs who only works on
 * CNN Lab.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inCache } from '../../../src/build/repository.mjs';
import { runCommand } from '../../../src/build/runCommand.mjs';

const dependencies = {
  '@jax-js/jax': '0.1.25',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-webgpu': '4.22.0',
};

/** Modules are looked up from where they are imported, so the imports lie in the cache folder too. */
const entries = {
  'jax.mjs': "export * from '@jax-js/jax';\n",
  'tfjs.mjs': "import '@tensorflow/tfjs-backend-webgpu';\nexport * from '@tensorflow/tfjs';\n",
};

const folder = inCache(`peers-${Object.values(dependencies).join('-')}`);

/**
 * Installs the libraries where they are absent.
 * @param {(line: string) => void} [say]
 */
export async function ensurePeerPackages(say = console.log) {
  if (existsSync(folder)) return;
  say(`Installing ${Object.keys(dependencies).join(', ')} (314 MB) in ${folder}`);
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-installing-`);
  try {
    const manifest = { name: 'peers', private: true, type: 'module', dependencies };
    await writeFile(join(temporary, 'package.json'), JSON.stringify(manifest));
    for (const [name, source] of Object.entries(entries)) await writeFile(join(temporary, name), source);
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runCommand('npm', args, { cwd: temporary, quiet: true });
    await rename(temporary, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @param {'jax.mjs' | 'tfjs.mjs'} entry */
export const importPeer = (entry) => import(pathToFileURL(join(folder, entry)).href);
