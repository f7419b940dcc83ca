/** @file Whole training runs on both backends: minutes, so a step of its own. */
import { defineConfig } from 'vitest/config';
import { trainingRuns } from './trainingRuns.mjs';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: [...trainingRuns],
    // dist/trace is made, or brought up to date, before the first test.
    globalSetup: ['test/trace/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
