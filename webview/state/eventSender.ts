/**
 * @file Carries a run's events to the host: numbered, at most four messages a second, one in flight, sent again until
 * the host says it has them. Training never waits for any of it.
 */
import type { TrainEvent } from '../../src/core/runs/run';

/** `HostApi.events` of one run: answers with the highest number up to which the host has everything. */
export type SendEvents = (
  firstNumber: number,
  events: readonly TrainEvent[],
) => Promise<{ readonly received: number }>;

const interval = 250;
const longestRetry = 30_000;
/** Answers through a window in the background come up to a minute late. */
const answerDeadline = 120_000;

export class EventSender {
  /** Numbered from `acknowledged + 1` on: what the host may not have yet. */
  private sent: TrainEvent[] = [];
  private acknowledged = 0;
  private waiting: TrainEvent[] = [];
  private inFlight = false;
  private lastSent = -Infinity;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;

  constructor(private readonly send: SendEvents) {}

  add(event: TrainEvent): void {
    this.waiting = this.waiting.filter((older) => !isSuperseded(older, event));
    this.waiting.push(event);
    // States close files and change what the user sees: they do not wait for the next tick.
    this.schedule(event.kind === 'state');
  }

  /** How many events the host has not confirmed. */
  get backlog(): number {
    return this.sent.length + this.waiting.length;
  }

  private schedule(atOnce: boolean): void {
    if (this.inFlight) return;
    const due = atOnce ? 0 : this.lastSent + interval - performance.now();
    // Timers of a hidden window fire once a minute, arriving messages do not wait: send from here where it is time.
    if (due <= 0) {
      void this.flush();
    } else if (this.timer === null) {
      this.timer = setTimeout(() => {
        this.timer = null;
        void this.flush();
      }, due);
    }
  }

  private async flush(): Promise<void> {
    if (this.inFlight) return;
    if (this.sent.length === 0) this.sent = this.nextMessage();
    if (this.sent.length === 0) return;
    this.inFlight = true;
    this.lastSent = performance.now();
    try {
      const { received } = await beforeDeadline(this.send(this.acknowledged + 1, this.sent));
      const confirmed = Math.min(Math.max(0, received - this.acknowledged), this.sent.length);
      this.sent.splice(0, confirmed);
      this.acknowledged += confirmed;
      this.failures = confirmed > 0 || this.sent.length === 0 ? 0 : this.failures + 1;
    } catch {
      // A host that restarts or a window in the background: numbers make sending twice harmless.
      this.failures++;
    } finally {
      this.inFlight = false;
    }
    if (this.backlog === 0) return;
    if (this.failures > 0) this.retryLater();
    else this.schedule(this.waiting.some((event) => event.kind === 'state'));
  }

  private retryLater(): void {
    if (this.timer !== null) return;
    const delay = Math.min(longestRetry, interval * 2 ** this.failures);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, delay);
  }

  /** Everything up to the next checkpoint, or one checkpoint alone: its megabytes delay nothing else. */
  private nextMessage(): TrainEvent[] {
    const checkpoint = this.waiting.findIndex((event) => event.kind === 'checkpoint');
    return this.waiting.splice(0, checkpoint === -1 ? this.waiting.length : Math.max(1, checkpoint));
  }
}

function beforeDeadline<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The host did not answer.')), answerDeadline);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Not yet sent and already out of date: while a host is away, memory must not fill with old checkpoints. */
function isSuperseded(older: TrainEvent, newer: TrainEvent): boolean {
  if (older.kind === 'checkpoint') return newer.kind === 'checkpoint' && (newer.isBest || !older.isBest);
  if (older.kind === 'pinned' || older.kind === 'progress') return newer.kind === older.kind;
  return false;
}
