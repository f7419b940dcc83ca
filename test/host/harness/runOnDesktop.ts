/**
 * @file Runs the host suite in a desktop VS Code, which @vscode/test-electron downloads. Exit code 0: all passed.
 *
 *   npm run test:desktop
 */
import { runTests } from '@vscode/test-electron';
import { repositoryRoot } from '../../../src/build/repository.mjs';
import { prepareHostSuite } from './hostSuite';

const suite = await prepareHostSuite(process.argv[2]);
try {
  await runTests({
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath: suite.entry,
    launchArgs: [suite.workspace, '--disable-extensions', '--disable-workspace-trust'],
  }).catch((error: unknown) => console.log(String(error)));
  process.exitCode = (await suite.report()) ? 0 : 1;
} finally {
  await suite.dispose();
}
