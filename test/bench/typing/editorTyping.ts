/** @file Opens a workspace with the typed files in a real VS Code and lets the simulation run in its extension host. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { startCodeServer } from '../../../src/build/codeServer.mjs';
import { inRepository, repositoryRoot } from '../../../src/build/repository.mjs';
import { typingPause } from '../../../src/host/editor/typingPause';
import { launchBrowser } from '../../e2e/harness/browser';
import { typedFiles } from './retyping';
import type { TypingOrder } from './typeInEditor';
import type { HostReport } from './typingReport';

const PATIENCE_MS = 30 * 60_000;

export async function editorTyping(everyLine: number): Promise<HostReport> {
  const folder = await mkdtemp(join(tmpdir(), 'cnn-lab-typing-'));
  const report = join(folder, 'report.json');
  const files = Object.entries(typedFiles).map(([name, path]) => ({ name, path, file: basename(path) }));
  for (const { path, file } of files) await copyFile(inRepository(path), join(folder, file));
  const order: TypingOrder = { files, everyLine, pause: typingPause(0), report };
  const entry = inRepository('dist', 'test', 'typeInEditor.cjs');
  await build({
    stdin: {
      contents: `import { typeInEditor } from './typeInEditor';
        export const run = () => typeInEditor(${JSON.stringify(order)});`,
      resolveDir: inRepository('test', 'bench', 'typing'),
      loader: 'ts',
    },
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const server = await startCodeServer({ smokeTestDriver: true, workspaceTrust: false });
  const browser = await launchBrowser({ webgpu: false });
  try {
    const { page } = browser;
    const said: string[] = [];
    const ended = new Promise<void>((done, fail) => {
      setTimeout(() => fail(new Error('The typing simulation did not end.')), PATIENCE_MS).unref();
      void page.exposeFunction('codeAutomationExit', () => done());
      void page.exposeFunction('codeAutomationLog', (level: string, args: unknown[]) => {
        said.push(`${level}: ${args.join(' ')}`);
      });
    });
    const remote = (path: string) => `vscode-remote://${new URL(server.url).host}${path}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', remote(repositoryRoot)],
      ['extensionTestsPath', remote(entry)],
    ]);
    await page.goto(`${server.url}/?${new URLSearchParams({ folder, payload })}`);
    await ended;
    return JSON.parse(
      await readFile(report, 'utf8').catch(() => {
        throw new Error(`The typing simulation left no report.\n${said.slice(-20).join('\n')}`);
      }),
    ) as HostReport;
  } finally {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
