/** @file Tests that train for tens of steps: too long to be run all the time, wherever in the mirror of `src` they stand. */

/** @type {readonly string[]} */
export const trainingRuns = [
  'test/curves/**/*.test.ts',
  'test/engine/**/curves.test.ts',
  'test/engine/trainer.test.ts',
];
