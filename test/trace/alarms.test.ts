/** @file A loop without end is stopped in time; a file that waits for a busy machine is not. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { setAlarms, type TraceClock } from '../../src/trace/alarms';

/** Of each second on the wall, this process gets so many milliseconds of the processor. */
let share = 1000;
let start = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  start = performance.now();
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => {
    const used = (performance.now() - start) * share;
    return { user: used - (before?.user ?? 0), system: 0 };
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** When the alarm at one second rings, in seconds on the wall. */
function ringsAt(clock: TraceClock): number | null {
  let rang: number | null = null;
  setAlarms(clock, [{ at: 1000, ring: () => (rang = performance.now() - start) }]);
  vi.advanceTimersByTime(20_000);
  return rang && Math.round(rang / 100) / 10;
}

test.each([
  ['wall', 1000, 1],
  ['wall', 200, 1],
  ['processor', 1000, 1],
  // Several threads at work do not make it run ahead.
  ['processor', 2000, 1],
  // A machine loaded five times over gives a good file five times as long.
  ['processor', 200, 5],
  // What only sleeps is stopped all the same.
  ['processor', 0, 6],
] as const)('%s clock, %i ms of the processor a second: after %i s', (clock, given, seconds) => {
  share = given;
  expect(ringsAt(clock)).toBe(seconds);
});

test('alarms that were called off stay silent', () => {
  const rang: string[] = [];
  for (const clock of ['wall', 'processor'] as const)
    setAlarms(clock, [{ at: 1000, ring: () => rang.push(clock) }])();
  vi.advanceTimersByTime(20_000);
  expect(rang).toEqual([]);
});
