/** @file Tests that train for tens of steps: too long to be run all the time, wherever in the mirror of `src` they stand. */
export const trainingRuns: readonly string[] = [
  'test/curves/**/*.test.ts',
  'test/engine/**/curves.test.ts',
  'test/engine/trainer.test.ts',
];
