/** @file A run as the page knows it: every event folded into series for the curves and the latest facts for the rest. */
import type {
  BestEpoch,
  DeviceInfo,
  EpochEvent,
  RunRecord,
  RunState,
  StepEvent,
  TrainEvent,
} from '../../src/core/runs/run';
import { NumberSeries } from './numberSeries';
import { PinnedHistory } from './pinnedHistory';

export interface Phase {
  readonly phase: 'compiling';
  readonly done: number;
  readonly total: number;
}

const longestWarningList = 200;

export class RunLog {
  readonly stepNumbers = new NumberSeries();
  readonly stepLosses = new NumberSeries();
  readonly epochs: EpochEvent[] = [];
  readonly warnings: string[] = [];
  readonly pinned = new PinnedHistory();
  lastStep: StepEvent | null = null;
  phase: Phase | null = null;
  device: DeviceInfo | null = null;
  best: BestEpoch | null = null;
  state: RunState = 'running';
  error: string | null = null;
  hint: string | null = null;

  /** From what the host has on disk: `record` for the facts, `history` for the curves. */
  static restore(record: RunRecord, history: readonly TrainEvent[]): RunLog {
    const log = new RunLog();
    for (const event of history) log.apply(event);
    log.phase = null;
    log.device = record.device;
    log.best = record.best;
    log.state = record.state;
    log.error = record.error;
    return log;
  }

  apply(event: TrainEvent): void {
    switch (event.kind) {
      case 'device':
        this.device = event.device;
        return;
      case 'progress':
        this.phase = { phase: event.phase, done: event.done, total: event.total };
        return;
      case 'step':
        this.phase = null;
        this.forgetFrom(event.step);
        this.lastStep = event;
        this.stepNumbers.push(event.step);
        this.stepLosses.push(event.loss);
        return;
      case 'epoch':
        this.epochs.push(event);
        return;
      case 'pinned':
        this.pinned.add(event);
        return;
      case 'checkpoint':
        this.best = event.best ?? this.best;
        return;
      case 'warning':
        if (this.warnings.length < longestWarningList) this.warnings.push(event.message);
        return;
      case 'state':
        this.state = event.state;
        this.error = event.error;
        this.hint = event.hint;
        if (event.state !== 'running') this.phase = null;
        return;
    }
  }

  /** The task's metric besides the loss, as the epochs name it. */
  get metricName(): string | null {
    const names = this.epochs.flatMap((epoch) => [
      ...Object.keys(epoch.validation),
      ...Object.keys(epoch.train),
    ]);
    return ['dice', 'accuracy', 'iou'].find((name) => names.includes(name)) ?? null;
  }

  /** Resuming starts at the last checkpoint: steps that were run after it are run again. */
  private forgetFrom(step: number): void {
    if (this.stepNumbers.last === null || this.stepNumbers.last < step) return;
    const kept = this.stepNumbers.countBelow(step);
    this.stepNumbers.truncate(kept);
    this.stepLosses.truncate(kept);
    while ((this.epochs.at(-1)?.step ?? -1) >= step) this.epochs.pop();
  }
}
