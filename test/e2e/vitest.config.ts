/** @file End-to-end tests: a real VS Code in a real browser, from the packed extension. One at a time. */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    // Software adapters and two busy cores: patience, never a skipped test.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
