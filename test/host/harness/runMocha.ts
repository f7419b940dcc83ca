/** @file Runs mocha inside VS Code's extension host and writes what came out, for the process that waits outside. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export interface HostTestResult {
  readonly title: string;
  readonly passed: boolean;
  readonly milliseconds: number;
  /** Stack of the failure. */
  readonly error: string | null;
}

/**
 * @param define calls `describe` and `it`
 * @param resultsFile receives `HostTestResult[]` as JSON
 */
export function runMocha(define: () => void, resultsFile: string): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, forbidOnly: true, forbidPending: true });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  define();
  const results: HostTestResult[] = [];
  return new Promise((done, fail) => {
    const runner = mocha.run((failures) => {
      writeFileSync(resultsFile, JSON.stringify(results));
      if (failures > 0) fail(new Error(`${failures} tests failed`));
      else done();
    });
    const note = (title: string, milliseconds: number, error: Error | null) =>
      results.push({
        title,
        passed: error === null,
        milliseconds,
        error: error?.stack ?? error?.message ?? null,
      });
    runner.on('pass', (test) => note(test.fullTitle(), test.duration ?? 0, null));
    // A failing hook arrives here too.
    runner.on('fail', (test, error) => note(test.fullTitle(), test.duration ?? 0, error));
  });
}
