/**
 * @file Runs the host suite in the extension host of code-server, which needs no display. Exit code 0: all passed.
 *
 *   node src/build/runTypeScript.mjs test/host/harness/runInCodeServer.ts [SUMMARY.json]
 */
import { writeFile } from 'node:fs/promises';
import { startCodeServer } from '../../../src/build/codeServer.mjs';
import { inRepository, repositoryRoot } from '../../../src/build/repository.mjs';
import { launchBrowser } from '../../e2e/harness/browser';
import { prepareHostSuite } from './hostSuite';

/** Longer than any suite that is worth waiting for: then VS Code hangs. */
const patience = 300_000;
const logFile = inRepository('dist', 'test', 'host.log');

const suite = await prepareHostSuite(process.argv[2]);
const server = await startCodeServer({ smokeTestDriver: true, workspaceTrust: false });
const browser = await launchBrowser({ webgpu: false });
try {
  const { page } = browser;
  const said: string[] = [];
  const ended = new Promise<boolean>((done) => {
    setTimeout(() => done(false), patience).unref();
    // The workbench calls these two when it runs extension tests under a smoke test driver.
    void page.exposeFunction('codeAutomationExit', () => done(true));
    void page.exposeFunction('codeAutomationLog', (level: string, args: unknown[]) => {
      said.push(`${level}: ${args.join(' ')}`);
    });
  });
  const remote = (path: string) => `vscode-remote://${new URL(server.url).host}${path}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(repositoryRoot)],
    ['extensionTestsPath', remote(suite.entry)],
  ]);
  await page.goto(`${server.url}/?${new URLSearchParams({ folder: suite.workspace, payload })}`);
  const finished = await ended;
  const passed = await suite.report();
  if (!passed) {
    await writeFile(logFile, `${said.join('\n')}\n${server.log()}`);
    console.log(`What VS Code and its server said is in ${logFile}`);
  }
  if (!finished) console.log(`VS Code did not end the tests within ${patience / 1000} s.`);
  process.exitCode = passed && finished ? 0 : 1;
} finally {
  await browser.close();
  await server.stop();
  await suite.dispose();
}
