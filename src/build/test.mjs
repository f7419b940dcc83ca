/**
 * @file `npm test`: everything that must be true, on a fresh clone too. Sets the machine up, then lint, types, bundles,
 * unit tests, the command line, the packed extension, the suite inside VS Code's extension host, and end-to-end tests in a
 * browser.
 * The last line is `N passed, N failed`; exit code 0 where none failed. Free of dependencies until `npm ci` has run.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { ensureDependencies } from './dependencies.mjs';
import { ensureLavapipe } from './lavapipe.mjs';
import { inRepository } from './repository.mjs';
import { tryCommand } from './runCommand.mjs';
import { ensureSystemPackages } from './systemPackages.mjs';
import { ensureVscodeHost } from './vscodeHost.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

/** @type {Counts} */
const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const summary = [];

/**
 * Runs one step, says how long it took, and adds its counts to the total. A step that throws has failed once.
 * @param {string} name
 * @param {() => Promise<Counts>} run
 * @returns {Promise<boolean>} whether nothing failed in it
 */
async function step(name, run) {
  console.log(`\n── ${name}`);
  const start = Date.now();
  /** @type {Counts} */
  let counts = { passed: 0, failed: 1 };
  try {
    counts = await run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const figures =
    counts.passed + counts.failed > 0 ? `${counts.passed} passed, ${counts.failed} failed` : 'ready';
  const line = `${counts.failed === 0 ? '✓' : '✗'} ${name}: ${figures} (${seconds} s)`;
  console.log(line);
  summary.push(line);
  return counts.failed === 0;
}

/**
 * A check that holds or does not.
 * @param {string} script below node_modules or of ours
 * @param {string[]} args
 * @returns {() => Promise<Counts>}
 */
const check =
  (script, ...args) =>
  async () => {
    const { code } = await tryCommand(process.execPath, [inRepository(script), ...args], {
      cwd: inRepository(),
    });
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  };

/**
 * Preparation: counts only where it fails.
 * @param {() => Promise<unknown>} prepare
 * @returns {() => Promise<Counts>}
 */
const preparation = (prepare) => async () => {
  await prepare();
  return { passed: 0, failed: 0 };
};

/**
 * Runs vitest and reads its counts. Skipped tests count as failed: nothing here may be skipped.
 * @param {string} name of the file of results
 * @param {string[]} args
 * @returns {() => Promise<Counts>}
 */
const vitest =
  (name, ...args) =>
  async () => {
    const results = await freshFile(`${name}.json`);
    const { code } = await tryCommand(
      process.execPath,
      [
        inRepository('node_modules', 'vitest', 'vitest.mjs'),
        ...['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
      ],
      { cwd: inRepository() },
    );
    if (!existsSync(results)) throw new Error('vitest ended without results.');
    /** @type {{ numPassedTests: number, numTotalTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} */
    const { numPassedTests, numTotalTests, testResults } = JSON.parse(await readFile(results, 'utf8'));
    // A file that cannot be loaded has no tests that could fail, and fails itself.
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const failed = numTotalTests - numPassedTests + broken.length;
    // Errors outside any test show in the exit code alone.
    return { passed: numPassedTests, failed: code === 0 ? failed : Math.max(failed, 1) };
  };

/** @returns {Promise<Counts>} */
async function hostSuite() {
  const results = await freshFile('host.json');
  const runner = inRepository('test', 'host', 'harness', 'runInCodeServer.ts');
  const { code } = await tryCommand(
    process.execPath,
    [inRepository('src', 'build', 'runTypeScript.mjs'), runner, results],
    { cwd: inRepository() },
  );
  if (!existsSync(results)) throw new Error('The host suite ended without results.');
  /** @type {Counts} */
  const { passed, failed } = JSON.parse(await readFile(results, 'utf8'));
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

/** @param {string} name @returns {Promise<string>} path of a file of results that does not exist yet */
async function freshFile(name) {
  const path = inRepository('dist', 'test', name);
  await mkdir(inRepository('dist', 'test'), { recursive: true });
  await rm(path, { force: true });
  return path;
}

if (await step('npm packages', preparation(ensureDependencies))) {
  await step('system packages', preparation(ensureSystemPackages));
  const hasVscode = await step('VS Code', preparation(ensureVscodeHost));
  await step('software GPU', preparation(ensureLavapipe));
  await step('lint', check('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'));
  await step('types', check('node_modules/typescript/bin/tsc', '-b'));
  const isPacked = await step('packed extension', check('src/build/packageVsix.mjs'));
  await step('unit tests', vitest('unit'));
  await step(
    'torchvision models',
    vitest('models', '--config', 'test/models/vitest.config.ts', '--root', '.'),
  );
  await step(
    'hostile and broken files',
    vitest('safety', '--config', 'test/safety/vitest.config.ts', '--root', '.'),
  );
  await step('training runs', vitest('curves', '--config', 'test/curves/vitest.config.ts', '--root', '.'));
  await step('command line', vitest('cli', '--config', 'test/cli/vitest.config.ts', '--root', '.'));
  if (hasVscode && isPacked) {
    await step('tests inside VS Code', hostSuite);
    await step('end-to-end tests', vitest('e2e', '--config', 'test/e2e/vitest.config.ts', '--root', '.'));
  } else {
    console.log('\nNo tests inside VS Code and no end-to-end tests: see what failed above.');
  }
}

console.log(`\n${summary.join('\n')}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed`);
