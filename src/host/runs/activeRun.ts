/** @file The run that is going on: what the page reports of it, in order and without gaps, goes to its folder. */
import type { RunRecord, StepEvent, TrainEvent } from '../../core/runs/run';
import type { DiskError } from '../../disk/diskResult';
import type { RunFolder } from '../../disk/runFolder';

export class ActiveRun {
  readonly #history: TrainEvent[];
  #lastStep: StepEvent | null = null;
  #hasCheckpoint: boolean;
  /** Events of this page's numbering that are in the folder. */
  #received = 0;
  /** Writes follow one another, also where the page sends again before it had an answer. */
  #writing: Promise<unknown> = Promise.resolve();

  /** @param past what an earlier part of the run left, for the curves: empty for a new run */
  constructor(
    readonly folder: RunFolder,
    past: readonly TrainEvent[],
    private readonly changed: (run: ActiveRun) => void,
    private readonly failed: (error: DiskError) => void,
  ) {
    this.#history = past.filter(isHistory);
    this.#hasCheckpoint = past.length > 0;
  }

  get record(): RunRecord {
    return this.folder.record;
  }

  get id(): string {
    return this.record.id;
  }

  get lastStep(): StepEvent | null {
    return this.#lastStep;
  }

  /** Step, epoch and warning events, oldest first. */
  get history(): readonly TrainEvent[] {
    return this.#history;
  }

  get isGoingOn(): boolean {
    return this.record.state === 'running' || this.record.state === 'paused';
  }

  /** True once it is over, though not at its end, and a checkpoint is there to go on from. */
  get isResumable(): boolean {
    return !this.isGoingOn && this.record.state !== 'completed' && this.#hasCheckpoint;
  }

  /**
   * Takes events numbered from `firstNumber`. What was there already is skipped; after a gap nothing is taken.
   * @returns the number up to which everything is in the folder
   */
  receive(firstNumber: number, events: readonly TrainEvent[]): Promise<number> {
    const written = this.#writing.then(async () => {
      if (firstNumber > this.#received + 1) return this.#received;
      for (const event of events.slice(this.#received + 1 - firstNumber)) {
        const written = await this.folder.handle(event);
        if ('error' in written) {
          // Not acknowledged: the page sends it again, by when there may be room on the disk.
          this.failed(written);
          break;
        }
        this.#received++;
        if (event.kind === 'step') this.#lastStep = event;
        if (event.kind === 'checkpoint') this.#hasCheckpoint = true;
        if (isHistory(event)) this.#history.push(event);
      }
      this.changed(this);
      return this.#received;
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** The page that trained is gone: what it had reported is what there is. */
  async interrupt(): Promise<void> {
    await this.#writing;
    if (!this.isGoingOn) return;
    await this.folder.handle({ kind: 'state', state: 'interrupted', error: null, hint: null });
    this.changed(this);
  }
}

function isHistory({ kind }: TrainEvent): boolean {
  return kind === 'step' || kind === 'epoch' || kind === 'warning';
}
