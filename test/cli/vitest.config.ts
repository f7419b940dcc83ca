/** @file Tests of the bundled command line, as a shell runs it. */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/cli/**/*.test.ts'],
    // dist/trace and dist/cli.js are made, or brought up to date, before the first test.
    globalSetup: ['test/trace/globalSetup.ts', 'test/cli/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
