/** @file Which batches end a step of the optimizer, and the learning rate and other numbers that it is fed then. */
import { type OptimizerScalar, optimizerScalars } from '../core/optim/optimizerStep';
import { afterEpoch, learningRate, type PlateauState } from '../core/optim/schedules';
import type { Experiment } from '../core/runs/experiment';
import { optimizerSettings } from '../core/runs/optimizerFields';
import { NO_SCHEDULE } from '../core/runs/scheduleFields';

export interface StepNumbers {
  readonly lr: number;
  readonly scalars: Readonly<Record<OptimizerScalar, number>>;
  /** False for a batch that only adds its gradients to those of the next. */
  readonly isLastOfStep: boolean;
}

export class StepRate {
  constructor(
    private readonly experiment: Pick<Experiment, 'optimizer' | 'schedule' | 'gradients' | 'epochs'>,
    private state: PlateauState | null,
  ) {}

  /** What plateau has to remember when the run is resumed; null under other schedules. */
  get plateau(): PlateauState | null {
    return this.state;
  }

  /** @param batch of the whole run, and `epoch`, from 1 */
  at(batch: number, epoch: number, batchesPerEpoch: number): StepNumbers {
    const { schedule = NO_SCHEDULE, gradients, epochs } = this.experiment;
    const optimizer = optimizerSettings(this.experiment.optimizer);
    const batches = gradients?.accumulate ?? 1;
    const step = Math.ceil(batch / batches);
    const clock = {
      step: step - 1,
      epoch: epoch - 1,
      steps: Math.max(1, Math.floor((batchesPerEpoch * epochs) / batches)),
      epochs,
    };
    return {
      lr: learningRate(schedule, optimizer.lr, clock, this.state),
      scalars: optimizerScalars(optimizer, step),
      isLastOfStep: batch % batches === 0,
    };
  }

  /** @param loss of validation, or of training where nothing is held out */
  afterEpoch(loss: number): void {
    const { schedule = NO_SCHEDULE, optimizer } = this.experiment;
    if (schedule.name === 'plateau') this.state = afterEpoch(schedule, optimizer.lr, this.state, loss);
  }
}
