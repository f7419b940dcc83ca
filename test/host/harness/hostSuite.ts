/** @file Bundles test/host/*.test.ts into one file that VS Code's extension host loads; and shows its results. */

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inRepository } from '../../../src/build/repository.mjs';
import type { HostTestResult } from './runMocha';

export interface HostSuite {
  /** The file for `extensionTestsPath`. */
  readonly entry: string;
  /** A copy of test/host/workspace, which the tests may change. */
  readonly workspace: string;
  /** Prints every test and the counts. A suite that left no results counts as one failure. @returns whether all passed */
  report(): Promise<boolean>;
  dispose(): Promise<void>;
}

/** @param summaryFile receives `{ passed, failed }` as JSON from `report`, for `npm test` */
export async function prepareHostSuite(summaryFile?: string): Promise<HostSuite> {
  const folder = await mkdtemp(join(tmpdir(), 'cnn-lab-host-suite-'));
  const resultsFile = join(folder, 'results.json');
  const entry = inRepository('dist', 'test', 'hostSuite.cjs');
  const files = (await readdir(inRepository('test', 'host')))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  await build({
    stdin: {
      contents: `
        import { runMocha } from './harness/runMocha';
        export const run = () => runMocha(() => {
          ${files.map((name) => `require('./${name}');`).join('\n')}
        }, ${JSON.stringify(resultsFile)});`,
      resolveDir: inRepository('test', 'host'),
      loader: 'ts',
    },
    outfile: entry,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'cjs',
    target: 'node20',
    // Found in node_modules from dist/: mocha loads parts of itself by name.
    external: ['vscode', 'mocha'],
    loader: { '.wgsl': 'text', '.py': 'text' },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const workspace = join(folder, 'workspace');
  const template = inRepository('test', 'host', 'workspace');
  if (existsSync(template)) await cp(template, workspace, { recursive: true });
  else await mkdir(workspace);

  async function report(): Promise<boolean> {
    const results = existsSync(resultsFile)
      ? (JSON.parse(await readFile(resultsFile, 'utf8')) as HostTestResult[])
      : [
          {
            title: 'the suite runs to its end',
            passed: false,
            milliseconds: 0,
            error: 'It left no results.',
          },
        ];
    for (const { title, passed, milliseconds, error } of results) {
      console.log(`${passed ? '✓' : '✗'} ${title} (${milliseconds} ms)${error ? `\n${error}` : ''}`);
    }
    const passed = results.filter((result) => result.passed).length;
    const failed = results.length - passed;
    console.log(`${passed} passed, ${failed} failed in VS Code's extension host`);
    if (summaryFile) await writeFile(summaryFile, JSON.stringify({ passed, failed }));
    return failed === 0;
  }

  return { entry, workspace, report, dispose: () => rm(folder, { recursive: true, force: true }) };
}
