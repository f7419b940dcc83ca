/** @file How fast a run goes and how long it still takes. */

/** Pauses and the first, compiling step do not count. */
export class Pace {
  private last: number | null = null;
  private average: number | null = null;

  /** Call when a step's result arrives. Returns the smoothed milliseconds a step, or null before the second one. */
  tick(now: number): number | null {
    if (this.last !== null) {
      const taken = now - this.last;
      this.average = this.average === null ? taken : this.average * 0.9 + taken * 0.1;
    }
    this.last = now;
    return this.average;
  }

  /** The time until the next tick is no step's. */
  interrupt(): void {
    this.last = null;
  }
}
