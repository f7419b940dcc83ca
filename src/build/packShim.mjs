/**
 * @file Fills `dist/trace`: the bundles of the trace worker and of the realm, Pyodide's files made fit for the realm,
 * and Python's memory snapshot with the shim imported. What is up to date is left alone.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const pyodideFolder = join(root, 'node_modules/pyodide');
const shimFolder = join(root, 'src/trace/shim');

/** Modules imported into the snapshot, so that a trace never waits for them. */
const IMPORTS = `
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, '/shim')
import abc, argparse, ast, collections, contextlib, copy, dataclasses, difflib, enum, functools, inspect, itertools
import json, linecache, math, numbers, operator, os, pathlib, random, re, string, time, tokenize, traceback, types
import typing, warnings, weakref, logging, datetime
import cnnlab.driver
cnnlab.driver.prepare()
`;

/** Files that Python writes are in memory, outside of any other limit: so many bytes in all, then the disk is full. */
const FILE_LIMIT = 128 * 1024 * 1024;

/** @param {string} size the expression for the bytes that are added */
const limited = (size) =>
  `MEMFS.cnnLabStored=(MEMFS.cnnLabStored??0)+${size};if(MEMFS.cnnLabStored>${FILE_LIMIT})throw new FS.ErrnoError(51);`;

/** Where MEMFS takes memory: what stands before, and the size there. */
const STORES = [
  ['if(!length)return 0;', 'var node=stream.node;node.mtime', 'length'],
  ['resizeFileStorage(node,newSize){', 'if(', 'newSize'],
];

/** @param {string} [dist] the folder of build output; `trace` is made in it */
export async function packShim(dist = join(root, 'dist')) {
  const folder = join(dist, 'trace');
  mkdirSync(folder, { recursive: true });
  await bundle(folder);
  const stamp = hashOfSources();
  const stampFile = join(folder, 'snapshot.stamp');
  if (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp &&
    existsSync(join(folder, 'snapshot.bin'))
  )
    return folder;
  copyPyodide(folder);
  await makeSnapshot(folder);
  replaceFile(stampFile, stamp);
  return folder;
}

/** @param {string} folder */
async function bundle(folder) {
  /** @type {import('esbuild').BuildOptions} */
  const shared = { bundle: true, target: 'es2022', absWorkingDir: root, logLevel: 'warning' };
  const outputs = await Promise.all([
    build({
      ...shared,
      entryPoints: ['src/trace/realm/realm.ts'],
      format: 'iife',
      platform: 'neutral',
      outfile: 'realm.js',
      write: false,
    }),
    build({
      ...shared,
      entryPoints: ['src/trace/traceWorker.ts'],
      format: 'esm',
      platform: 'node',
      outfile: 'worker.mjs',
      write: false,
    }),
    build({
      ...shared,
      entryPoints: ['src/trace/sandbox.ts'],
      format: 'esm',
      platform: 'node',
      outfile: 'sandbox.mjs',
      write: false,
    }),
  ]);
  for (const { outputFiles = [] } of outputs)
    for (const file of outputFiles) replaceFile(join(folder, basename(file.path)), file.contents);
}

/** @param {string} folder */
function copyPyodide(folder) {
  /** @param {string} name */
  const read = (name) => readFileSync(join(pyodideFolder, name), 'utf8');
  for (const name of ['pyodide.asm.wasm', 'python_stdlib.zip']) {
    copyFileSync(join(pyodideFolder, name), join(folder, `${name}.tmp`));
    renameSync(join(folder, `${name}.tmp`), join(folder, name));
  }
  replaceFile(join(folder, 'pyodide.js'), withoutImports(read('pyodide.js')));
  let module = withoutImports(read('pyodide.asm.mjs'))
    .replaceAll('import.meta.url', '"file:///py/pyodide.asm.mjs"')
    .replace('export default _createPyodideModule', 'globalThis.createPyodideModule=_createPyodideModule');
  for (const [before = '', after = '', size = ''] of STORES) {
    if (module.split(before + after).length !== 2)
      throw new Error(`pyodide.asm.mjs has changed at ${before}`);
    module = module.replace(before + after, before + limited(size) + after);
  }
  replaceFile(join(folder, 'pyodide.asm.js'), module);
  const { info } = JSON.parse(read('pyodide-lock.json'));
  replaceFile(join(folder, 'lock.json'), JSON.stringify({ info, packages: {} }));
}

/** A rejected `import()` would hand an error object of Node's own realm to the sandbox. @param {string} source */
function withoutImports(source) {
  return source.replace(/(?<![\w$.])import\(/g, 'cnnLabNoImport(');
}

/** @param {string} folder */
async function makeSnapshot(folder) {
  const { Sandbox } = await import(`${pathToFileURL(join(folder, 'sandbox.mjs'))}?${Date.now()}`);
  const sandbox = await Sandbox.boot(folder, 'make-snapshot');
  for (const file of shimFiles())
    sandbox.writeFile(`/shim/${relative(shimFolder, file)}`, readFileSync(file));
  replaceFile(join(folder, 'snapshot.bin'), Buffer.from(sandbox.makeSnapshot(IMPORTS)));
}

function shimFiles() {
  return readdirSync(shimFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(py|txt)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOfSources() {
  const hash = createHash('sha256').update(IMPORTS);
  const sources = [fileURLToPath(import.meta.url), join(pyodideFolder, 'package.json'), ...shimFiles()];
  for (const file of sources) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest('hex');
}

/** @param {string} path @param {string | Uint8Array} contents */
function replaceFile(path, contents) {
  writeFileSync(`${path}.${process.pid}.tmp`, contents);
  renameSync(`${path}.${process.pid}.tmp`, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await packShim();
