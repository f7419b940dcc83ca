/**
 * @file Bundles the extension, its workers, its web page and the command line into dist/, and copies what they load.
 *
 *   node src/build/bundle.mjs [--minify] [--watch] [--strict] [--only=NAME,NAME]
 *
 * `--strict` fails where a bundle's entry is missing instead of saying so; `--only` makes just the named bundles.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, watch } from 'node:fs/promises';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';
import { writeLicences } from './licences.mjs';
import { inRepository } from './repository.mjs';
import { runCommand } from './runCommand.mjs';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */

/** ES module builds come first: the UMD ones of some packages hide their parts from bundlers. */
const mainFields = ['module', 'main'];

/** Modules that run in Node as ES modules may contain CommonJS packages, which call `require`. @type {BuildOptions} */
const nodeModule = {
  platform: 'node',
  mainFields,
  target: 'node20',
  format: 'esm',
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

/** CommonJS has no `import.meta.url`; the code that runs here is shared with ES modules. @type {BuildOptions} */
const nodeCommonJs = {
  platform: 'node',
  mainFields,
  target: 'node20',
  format: 'cjs',
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'importMetaUrl' },
};

/** A classic script. @type {BuildOptions} */
const script = { platform: 'browser', target: 'es2022', format: 'iife' };

/** Every bundle by name: its entry and what comes out. @type {Record<string, BuildOptions & { entry: string }>} */
const bundles = {
  extension: {
    entry: 'src/host/extension.ts',
    outfile: 'dist/extension.cjs',
    ...nodeCommonJs,
    external: ['vscode'],
  },
  cli: {
    entry: 'src/cli/main.ts',
    outfile: 'dist/cli.js',
    ...nodeModule,
    banner: { js: `#!/usr/bin/env node\n${nodeModule.banner?.js}` },
    // Dawn is a native module that finds its library beside itself.
    external: ['webgpu'],
  },
  webview: {
    entry: 'webview/main.tsx',
    outfile: 'dist/webview/main.js',
    ...script,
    jsx: 'automatic',
    jsxImportSource: 'preact',
  },
  // One classic file: a worker made from a blob URL can load nothing else.
  engineWorker: {
    entry: 'webview/engineWorker.ts',
    outfile: 'dist/webview/engineWorker.js',
    ...script,
    define: { 'import.meta.url': 'self.location.href' },
  },
};

/** What bundles load at run time: from → to, both from the repository's root. */
const assets = {
  'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm': 'dist/webview/ort-wasm-simd-threaded.wasm',
  'node_modules/@vscode/codicons/dist/codicon.css': 'dist/webview/codicon.css',
  'node_modules/@vscode/codicons/dist/codicon.ttf': 'dist/webview/codicon.ttf',
};

/** Makes dist/trace: the trace worker, its sandbox, and Python with our `torch` already imported. */
const packShim = 'src/build/packShim.mjs';

/**
 * @typedef {object} BundleRequest
 * @property {boolean} [minify]
 * @property {boolean} [strict] a missing entry is an error
 * @property {string[]} [only] names of the bundles to make; assets and dist/trace are then left alone
 */

/** @param {string} name @returns {BuildOptions & { entry: string }} */
function bundleNamed(name) {
  const found = bundles[name];
  if (!found) throw new Error(`No bundle is called ${name}; there are ${Object.keys(bundles).join(', ')}.`);
  return found;
}

/** @param {string} name @param {boolean} minify @returns {BuildOptions} */
function esbuildOptions(name, minify) {
  const { entry, ...options } = bundleNamed(name);
  return {
    ...options,
    entryPoints: [inRepository(entry)],
    outfile: inRepository(options.outfile ?? ''),
    absWorkingDir: inRepository(),
    bundle: true,
    minify,
    sourcemap: minify ? false : 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/** @param {BundleRequest} request @returns {string[]} names of the bundles whose entries exist */
function wantedBundles({ strict = false, only }) {
  return (only ?? Object.keys(bundles)).filter((name) => {
    const { entry } = bundleNamed(name);
    if (existsSync(inRepository(entry))) return true;
    if (strict) throw new Error(`The bundle ${name} has no entry: ${entry} does not exist.`);
    console.log(`Skipped the bundle ${name}: ${entry} does not exist.`);
    return false;
  });
}

async function copyAssets() {
  for (const [from, to] of Object.entries(assets)) {
    await mkdir(dirname(inRepository(to)), { recursive: true });
    await copyFile(inRepository(from), inRepository(to));
  }
}

/** In a process of its own, since Python's sandbox leaves hundreds of megabytes behind. */
async function packPython() {
  await runCommand(process.execPath, [inRepository(packShim)]);
}

/**
 * Makes the bundles once. Throws where one does not build.
 * @param {BundleRequest} [request]
 */
export async function bundle(request = {}) {
  const results = await Promise.all(
    wantedBundles(request).map((name) =>
      build({ ...esbuildOptions(name, request.minify ?? false), metafile: true }),
    ),
  );
  if (request.only) return;
  await writeLicences(results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {})));
  await copyAssets();
  await packPython();
}

/**
 * Makes the bundles, and again at every change of their sources. The lines in brackets tell the editor's build task
 * (.vscode/tasks.json) when it may start the extension.
 * @param {BundleRequest} request
 */
async function watchSources(request) {
  console.log('[watch] started');
  await bundle(request);
  /** @type {import('esbuild').Plugin} */
  const announce = {
    name: 'announce',
    setup: (watched) => {
      watched.onStart(() => console.log('[watch] started'));
      watched.onEnd(() => console.log('[watch] ready'));
    },
  };
  for (const name of wantedBundles(request)) {
    const options = esbuildOptions(name, request.minify ?? false);
    await (await context({ ...options, plugins: [announce] })).watch();
  }
  // dist/trace is made by a script of its own.
  for await (const { filename } of watch(inRepository('src', 'trace'), { recursive: true })) {
    if (!/\.(ts|py)$/.test(filename ?? '')) continue;
    console.log('[watch] started');
    await packPython().catch((error) => console.error(error.message));
    console.log('[watch] ready');
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      minify: { type: 'boolean' },
      strict: { type: 'boolean' },
      watch: { type: 'boolean' },
      only: { type: 'string' },
    },
  });
  const { watch: keepWatching, only, ...rest } = values;
  await (keepWatching ? watchSources : bundle)({ ...rest, only: only?.split(',') }).catch((error) => {
    // esbuild has shown the errors with their lines already.
    console.error(error.message);
    process.exitCode = 1;
  });
}
