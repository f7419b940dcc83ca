/**
 * @file Makes the README's pictures from the packed extension in a real VS Code, on a copy of the sample project.
 *
 *   node src/build/screenshots.mjs           writes media/screenshots/*.png
 *   node src/build/screenshots.mjs editor    only those whose name begins so, and what they need
 */
import { inRepository } from './repository.mjs';
import { runCommand } from './runCommand.mjs';

const options = { cwd: inRepository() };
await runCommand(process.execPath, [inRepository('src', 'build', 'packageVsix.mjs')], options);
await runCommand(
  process.execPath,
  [
    inRepository('src', 'build', 'runTypeScript.mjs'),
    inRepository('test', 'e2e', 'screenshots.ts'),
    ...process.argv.slice(2),
  ],
  options,
);
