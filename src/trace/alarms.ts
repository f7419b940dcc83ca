/** @file Rings once the time allowed is over, on a clock that a busy machine does not hurry. */

/** `processor`: only time in which this process had the processor counts, as far as the system tells. */
export type TraceClock = 'wall' | 'processor';

export interface Alarm {
  /** Milliseconds from now. */
  readonly at: number;
  ring(): void;
}

/** On the processor's clock, what waits or sleeps is stopped all the same: after this many times the time allowed. */
const MOST_WALL_TIME = 6;
const INTERVAL_MS = 25;

/** @param alarms in the order of their times @returns what calls all of them off */
export function setAlarms(clock: TraceClock, alarms: readonly Alarm[]): () => void {
  if (clock === 'wall') {
    const timers = alarms.map(({ at, ring }) => setTimeout(ring, at));
    return () => timers.forEach(clearTimeout);
  }
  const [wallStart, processorStart] = [performance.now(), process.cpuUsage()];
  const waiting = [...alarms];
  const timer = setInterval(() => {
    const wall = performance.now() - wallStart;
    // The processor's time is that of all threads, hence this clock never runs slower than the one thread's.
    const { user, system } = process.cpuUsage(processorStart);
    const elapsed = Math.max(Math.min(wall, (user + system) / 1000), wall / MOST_WALL_TIME);
    while (waiting[0] && elapsed >= waiting[0].at) waiting.shift()!.ring();
    if (waiting.length === 0) clearInterval(timer);
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
