/** @file Unit tests: all but what has a step of its own (see src/build/test.mjs). Fast enough to run all the time. */
import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { trainingRuns } from './test/curves/trainingRuns.mjs';

const apart = [
  ...['cli', 'host', 'e2e', 'bench', 'models', 'safety', 'curves'].map((folder) => `test/${folder}/**`),
  ...trainingRuns,
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: [...configDefaults.exclude, ...apart],
    // dist/trace is made, or brought up to date, before the first test.
    globalSetup: ['test/trace/globalSetup.ts'],
    // Processes, not threads: a thread's process.env does not reach the Vulkan loader.
    pool: 'forks',
    // By default one core is left to the watcher, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Compiling shaders and starting Python take seconds on a small machine that is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
