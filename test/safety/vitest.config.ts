/** @file Hostile and broken model files in the real sandbox: what they may not do. */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/safety/**/*.test.ts'],
    globalSetup: ['test/trace/globalSetup.ts'],
    pool: 'forks',
    // Time and memory are what is looked at: one file of tests after another.
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
