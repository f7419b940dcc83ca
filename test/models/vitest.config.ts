/** @file Our torchvision.models against PyTorch's: every builder, in the real sandbox. A minute, so apart from the unit tests. */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    include: ['test/models/**/*.test.ts'],
    // dist/trace is made, or brought up to date, before the first test.
    globalSetup: ['test/trace/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
