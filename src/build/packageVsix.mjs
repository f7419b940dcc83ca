/**
 * @file Packs the extension as it is shipped: minified bundles, no source maps.
 *
 *   node src/build/packageVsix.mjs     writes dist/cnn-lab.vsix and prints its size
 */
import { stat } from 'node:fs/promises';
import { bundle } from './bundle.mjs';
import { inRepository } from './repository.mjs';
import { runCommand } from './runCommand.mjs';

const vsix = inRepository('dist', 'cnn-lab.vsix');

async function packageVsix() {
  await bundle({ minify: true, strict: true });
  await runCommand(
    process.execPath,
    [
      inRepository('node_modules', '@vscode', 'vsce', 'vsce'),
      ...['package', '--out', vsix],
      // Everything is bundled; links of the README stay as they are, since there is no repository address to put first.
      ...['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'],
    ],
    { cwd: inRepository(), quiet: true },
  );
  const { size } = await stat(vsix);
  console.log(`dist/cnn-lab.vsix: ${(size / 1e6).toFixed(1)} MB`);
}

await packageVsix().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
