/** @file Makes `dist/cli.js` and what it loads before the tests, where they are missing or older than their sources. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { inRepository } from '../../src/build/repository.mjs';

const sources = ['cli', 'core', 'disk', 'engine', 'trace', 'build'].map((name) => inRepository('src', name));

export function setup(): void {
  const cli = inRepository('dist', 'cli.js');
  if (!existsSync(cli) || sources.some((folder) => newest(folder) > statSync(cli).mtimeMs)) {
    execFileSync(process.execPath, ['src/build/bundle.mjs', '--only=cli'], { stdio: 'inherit' });
  }
  const wasm = inRepository('dist', 'webview', 'ort-wasm-simd-threaded.wasm');
  const original = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  if (existsSync(wasm) && statSync(wasm).size === statSync(original).size) return;
  mkdirSync(dirname(wasm), { recursive: true });
  const temporary = `${wasm}.${process.pid}.tmp`;
  copyFileSync(original, temporary);
  renameSync(temporary, wasm);
}

/** Time of the last change below a folder. */
function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Math.max(...files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).mtimeMs));
}
