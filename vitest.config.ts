/** @file Unit tests: everything under test/ but what needs a running VS Code (host, e2e) and benchmarks. */
import { readFileSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    {
      // As in the bundles, `import text from './kernel.wgsl'` is the file's text.
      name: 'text-files',
      enforce: 'pre',
      load(id) {
        const path = id.split('?')[0] ?? id;
        if (/\.(wgsl|py)$/.test(path)) return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: [...configDefaults.exclude, 'test/host/**', 'test/e2e/**', 'test/bench/**'],
    // dist/trace and dist/cli.js are made, or brought up to date, before the first test.
    globalSetup: ['test/trace/globalSetup.ts', 'test/cli/globalSetup.ts'],
    // Processes, not threads: a thread's process.env does not reach the Vulkan loader.
    pool: 'forks',
    // Compiling shaders and starting Python take seconds on a small machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
