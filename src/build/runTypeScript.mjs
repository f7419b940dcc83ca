/**
 * @file Runs a TypeScript program of this repository in Node, for benches, screenshots and test runners.
 *
 *   node src/build/runTypeScript.mjs FILE.ts [ARGUMENTS…]
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRepository } from './repository.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) throw new Error('Usage: node src/build/runTypeScript.mjs FILE.ts [ARGUMENTS…]');
const entry = resolve(file);
const outfile = inRepository('dist', 'run', `${basename(entry).replace(/\.tsx?$/, '')}.mjs`);

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  loader: { '.wgsl': 'text', '.py': 'text' },
  plugins: [
    {
      name: 'keep-places',
      setup: (bundling) => {
        // Scripts that are plain modules already stay where they are: some find the repository from their own place.
        bundling.onResolve({ filter: /^\..*\.mjs$/ }, ({ path, resolveDir }) => ({
          path: pathToFileURL(resolve(resolveDir, path)).href,
          external: true,
        }));
        // And a bundled source finds what lies beside it as if it had not moved.
        bundling.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => ({
          contents: (await readFile(path, 'utf8')).replaceAll(
            'import.meta.url',
            JSON.stringify(pathToFileURL(path).href),
          ),
          loader: path.endsWith('x') ? 'tsx' : 'ts',
          resolveDir: dirname(path),
        }));
      },
    },
  ],
});

process.argv = [process.argv[0] ?? 'node', entry, ...args];
await import(pathToFileURL(outfile).href);
