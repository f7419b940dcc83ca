/** @file Runs a training job from its first step to its last checkpoint, wherever the backend lives. */
import type { Sample } from '../core/dataset/dataset';
import type { Graph } from '../core/graph/ir';
import { readMetrics } from '../core/metrics/readMetrics';
import { averagedParameters } from '../core/optim/gradients';
import {
  buildEvaluationStep,
  buildTrainingStep,
  type StepState,
  type TrainingStep,
} from '../core/passes/trainingStep';
import type { TrainingJob } from '../core/runs/job';
import type { BestEpoch, Metrics, RunState, TrainEvent, TrainerPosition } from '../core/runs/run';
import type { Backend, Executable, StateStore, TensorData } from './backend';
import { readCheckpoint, startingState, writeCheckpoint } from './checkpoint';
import { epochOrder, inBatches } from './epochOrder';
import { type Batch, Feed, type ReadFile } from './feed';
import { macrotask } from './macrotask';
import { MetricMean } from './metricMean';
import { Pace } from './pace';
import { pinnedPreviews } from './pinnedPreviews';
import { StepRate } from './stepRate';
import { TrainingError } from './trainingError';

type Emit = (event: TrainEvent) => void;

interface CompiledStep {
  readonly step: TrainingStep;
  readonly executable: Executable;
  readonly batch: number;
}

const PINNED_SAMPLES = 4;
/** A run that is cut loses at most this much; the first checkpoint comes with the first preview between steps. */
const CHECKPOINT_INTERVAL_MS = 60_000;
/** Between epochs, pinned previews are renewed at most this often. */
const PREVIEW_INTERVAL_MS = 5_000;

/** What ended the loop early. */
class Stopped extends Error {}

export class Trainer {
  private readonly feed: Feed;
  private readonly pinned: readonly Sample[];
  private readonly pace = new Pace();
  private readonly state: StateStore;
  private readonly counters: Map<string, number>;
  private readonly specs: readonly StepState[];
  /** Parameters that are validated and shown by their moving average. */
  private readonly averaged: ReadonlySet<string>;

  private position: TrainerPosition;
  private readonly rate: StepRate;
  private pausing: { resumed: Promise<void>; resume: () => void } | null = null;
  private stopping = false;
  private lastCheckpoint = Number.NEGATIVE_INFINITY;
  private lastPreview = 0;
  private trainSteps = new Map<number, CompiledStep>();
  /** Of batches that only add their gradients, where several make a step. */
  private accumulateSteps = new Map<number, CompiledStep>();
  private evalSteps = new Map<number, CompiledStep>();

  /** @throws TrainingError when weights to start from do not fit the model. */
  constructor(
    private readonly job: TrainingJob,
    private readonly backend: Backend,
    readFile: ReadFile,
    private readonly emit: Emit,
  ) {
    this.feed = new Feed({
      dataset: job.dataset,
      input: job.experiment.input,
      readFile,
      onWarning: (message) => emit({ kind: 'warning', message }),
    });
    this.pinned = (job.validation.length ? job.validation : job.train).slice(0, PINNED_SAMPLES);
    this.specs = this.trainingStep(job.trainGraphs[0]!.graph).stateSpecs;
    this.averaged = averagedParameters(this.specs);
    const start = job.resume ? readCheckpoint(job, this.specs, job.resume) : startingState(job, this.specs);
    this.position = start.position;
    this.rate = new StepRate(job.experiment, start.position.plateau ?? null);
    this.counters = new Map(start.counters);
    this.state = backend.createState(this.specs);
    this.state.write(start.tensors);
  }

  /** Trains until the epochs are done or `stop` is called; never rejects: failures are events. */
  async run(): Promise<RunState> {
    let outcome: RunState;
    try {
      this.emit({ kind: 'device', device: this.backend.info });
      outcome = await Promise.race([this.compileAndTrain(), this.deviceLoss()]);
      this.emit({ kind: 'state', state: outcome, error: null, hint: null });
    } catch (error) {
      outcome = 'failed';
      const hint = error instanceof TrainingError ? error.hint : null;
      const message = error instanceof Error ? error.message : String(error);
      this.emit({ kind: 'state', state: 'failed', error: message, hint });
    } finally {
      this.dispose();
    }
    return outcome;
  }

  /** Takes effect before the next step; the state is saved first. */
  pause(): void {
    if (this.pausing) return;
    let resume = () => {};
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.pausing = { resumed, resume };
  }

  resume(): void {
    this.pausing?.resume();
    this.pausing = null;
  }

  /** Ends the run after the steps in flight, with a checkpoint. */
  stop(): void {
    this.stopping = true;
    this.resume();
  }

  private async compileAndTrain(): Promise<RunState> {
    try {
      await this.compile();
      this.emit({ kind: 'state', state: 'running', error: null, hint: null });
      await this.train();
      return 'completed';
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      await this.checkpoint(false);
      return 'stopped';
    }
  }

  private async train(): Promise<void> {
    const { experiment, train, maxSteps } = this.job;
    if (this.position.step === 0) await this.preview(1);
    for (let epoch = this.position.epoch; epoch <= experiment.epochs; epoch++) {
      const batches = inBatches(
        epochOrder(train, experiment.shuffle, experiment.seed, epoch),
        experiment.batchSize,
      ).filter((samples) => this.trainSteps.has(samples.length));
      const training = await this.trainEpoch(epoch, batches);
      const validation = await this.validate();
      const { step } = this.position;
      this.emit({ kind: 'epoch', epoch, step, train: training, validation });
      const best = betterOf(this.position.best, { epoch, step, validation }, training);
      const improved = best !== this.position.best;
      const isWhole = this.position.batch >= batches.length;
      if (isWhole) this.rate.afterEpoch(validation.loss ?? training.loss ?? Number.NaN);
      // Cut by `maxSteps`, an epoch goes on where it was left.
      const { plateau } = this.rate;
      this.position = isWhole
        ? { step, epoch: epoch + 1, batch: 0, best, plateau }
        : { ...this.position, best };
      await this.preview(epoch);
      await this.checkpoint(improved);
      if (maxSteps !== null && step >= maxSteps) break;
    }
  }

  /** The epoch's mean training metrics. Keeps up to `queueDepth` steps in flight and the next batch in the making. */
  private async trainEpoch(epoch: number, batches: readonly Sample[][]): Promise<Metrics> {
    const { maxSteps } = this.job;
    const mean = new MetricMean();
    const inFlight: Promise<void>[] = [];
    let next: Promise<Batch> | null = null;
    for (let index = this.position.batch; index < batches.length; index++) {
      if (maxSteps !== null && this.position.step >= maxSteps) break;
      await this.pauseOrStop(inFlight);
      const batch: Batch = await (next ?? this.load(batches[index]!, epoch));
      next = batches[index + 1] ? this.load(batches[index + 1]!, epoch) : null;
      next?.catch(() => {}); // awaited on the next turn
      const step = this.position.step + 1;
      const running = this.runStep(batches[index]!.length, batch, step, epoch, batches.length, mean);
      // Awaited some steps later; until then a failure must not count as unhandled.
      running.catch(() => {});
      inFlight.push(running);
      this.position = { ...this.position, step, epoch, batch: index + 1 };
      if (inFlight.length >= this.backend.queueDepth) await inFlight.shift();
      await macrotask();
      await this.betweenSteps(epoch, inFlight);
    }
    await Promise.all(inFlight);
    return mean.mean;
  }

  private async runStep(
    size: number,
    batch: Batch,
    step: number,
    epoch: number,
    batchesPerEpoch: number,
    mean: MetricMean,
  ): Promise<void> {
    const { seed, epochs } = this.job.experiment;
    const { lr, scalars, isLastOfStep } = this.rate.at(step, epoch, batchesPerEpoch);
    const steps = isLastOfStep ? this.trainSteps : this.accumulateSteps;
    const { executable, step: compiled } = steps.get(size)!;
    const outputs = await executable.run({
      data: new Map<string, TensorData>([
        ['input0', batch.input],
        ['target', batch.target],
      ]),
      // Scalars are float32: seeds stay below 2²⁴ to be exact.
      scalars: { ...scalars, lr, seed: (seed * 7919 + step) % 2 ** 24 },
    });
    for (const counter of compiled.graph.counters) {
      this.counters.set(counter, (this.counters.get(counter) ?? 0) + 1);
    }
    const loss = outputs.get('loss')![0]!;
    const metrics = readMetrics(this.job.experiment.task, outputs, size);
    const millisecondsPerStep = this.pace.tick(performance.now());
    const total = this.job.maxSteps ?? batchesPerEpoch * epochs;
    this.emit({
      kind: 'step',
      step,
      epoch,
      loss,
      metrics,
      lr,
      millisecondsPerStep: millisecondsPerStep ?? 0,
      secondsLeft: millisecondsPerStep === null ? null : ((total - step) * millisecondsPerStep) / 1000,
    });
    if (!Number.isFinite(loss)) {
      throw new TrainingError(
        `The loss became ${loss} at step ${step} (epoch ${epoch}).`,
        `Lower the learning rate (now ${lr}) or check the images for broken values. The last checkpoint is kept.`,
      );
    }
    mean.add({ loss, ...metrics }, size);
  }

  private async validate(): Promise<Metrics> {
    const mean = new MetricMean();
    for (const samples of inBatches(this.job.validation, this.job.experiment.batchSize)) {
      const compiled = this.evalSteps.get(samples.length);
      if (!compiled) continue;
      if (this.stopping) throw new Stopped();
      const outputs = await this.evaluate(compiled, samples);
      const loss = outputs.get('loss')![0]!;
      const metrics = readMetrics(this.job.experiment.task, outputs, samples.length);
      mean.add({ loss, ...metrics }, samples.length);
      await macrotask();
    }
    this.pace.interrupt();
    return mean.mean;
  }

  private async evaluate(
    compiled: CompiledStep,
    samples: readonly Sample[],
  ): Promise<Map<string, TensorData>> {
    const batch = await this.feed.batch(samples, this.spares(samples), compiled.step.targetType, null);
    const data = new Map<string, TensorData>([
      ['input0', batch.input],
      ['target', batch.target],
    ]);
    return compiled.executable.run({ data, scalars: {} });
  }

  /** Predicts the pinned samples with the weights of now. */
  private async preview(epoch: number): Promise<void> {
    const compiled = [...this.evalSteps.values()][0];
    if (!compiled || this.pinned.length === 0) return;
    // The graph's batch is fixed: short rounds are filled up with the first sample.
    const rounds = inBatches(this.pinned, compiled.batch);
    const previews = [];
    for (const samples of rounds) {
      const filled = Array.from({ length: compiled.batch }, (_, i) => samples[i] ?? samples[0]!);
      const outputs = await this.evaluate(compiled, filled);
      previews.push(
        ...(await pinnedPreviews(this.job, this.feed, samples, outputs.get('prediction')!, compiled.batch)),
      );
    }
    this.emit({ kind: 'pinned', step: this.position.step, epoch, previews });
    this.lastPreview = performance.now();
    this.pace.interrupt();
  }

  private async betweenSteps(epoch: number, inFlight: Promise<void>[]): Promise<void> {
    const now = performance.now();
    if (now - this.lastPreview < PREVIEW_INTERVAL_MS) return;
    await Promise.all(inFlight.splice(0));
    await this.preview(epoch);
    if (now - this.lastCheckpoint >= CHECKPOINT_INTERVAL_MS) await this.checkpoint(false);
  }

  private async pauseOrStop(inFlight: Promise<void>[]): Promise<void> {
    if (this.pausing) {
      await Promise.all(inFlight.splice(0));
      await this.checkpoint(false);
      this.emit({ kind: 'state', state: 'paused', error: null, hint: null });
      await this.pausing?.resumed;
      this.pace.interrupt();
      if (!this.stopping) this.emit({ kind: 'state', state: 'running', error: null, hint: null });
    }
    if (this.stopping) {
      await Promise.all(inFlight.splice(0));
      throw new Stopped();
    }
  }

  private async checkpoint(isBest: boolean): Promise<void> {
    const tensors = await this.state.read();
    const files = writeCheckpoint(this.job.state, this.specs, {
      tensors,
      counters: this.counters,
      position: this.position,
    });
    this.emit({
      kind: 'checkpoint',
      step: this.position.step,
      epoch: this.position.epoch,
      weights: files.weights,
      trainerState: files.trainerState,
      isBest,
      best: this.position.best,
    });
    this.lastCheckpoint = performance.now();
    this.pace.interrupt();
  }

  private async compile(): Promise<void> {
    const all = [
      ...this.job.trainGraphs.map(({ batch, graph }) => ({
        batch,
        into: this.trainSteps,
        step: this.trainingStep(graph),
      })),
      ...((this.job.experiment.gradients?.accumulate ?? 1) > 1
        ? this.job.trainGraphs.map(({ batch, graph }) => ({
            batch,
            into: this.accumulateSteps,
            step: this.trainingStep(graph, true),
          }))
        : []),
      ...this.job.evalGraphs.map(({ batch, graph }) => ({
        batch,
        into: this.evalSteps,
        step: this.evaluationStep(graph),
      })),
    ];
    for (const [index, { batch, into, step }] of all.entries()) {
      if (this.stopping) throw new Stopped();
      const executable = await this.backend.compile(step.graph, this.state, ({ done, total }) => {
        const share = total ? done / total : 1;
        this.emit({ kind: 'progress', phase: 'compiling', done: index + share, total: all.length });
      });
      into.set(batch, { step, executable, batch });
    }
    this.emit({ kind: 'progress', phase: 'compiling', done: all.length, total: all.length });
  }

  private trainingStep(graph: Graph, onlyAccumulate = false): TrainingStep {
    const { loss, optimizer, gradients, ema, task } = this.job.experiment;
    const { state } = this.job;
    return buildTrainingStep({ graph, state, loss, optimizer, gradients, ema, task, onlyAccumulate });
  }

  private evaluationStep(graph: Graph): TrainingStep {
    const { loss, task } = this.job.experiment;
    return buildEvaluationStep({ graph, loss, task, averaged: this.averaged });
  }

  private load(samples: readonly Sample[], epoch: number): Promise<Batch> {
    const { augment, seed } = this.job.experiment;
    const { targetType } = this.trainSteps.get(samples.length)!.step;
    const flips = augment.horizontalFlip || augment.verticalFlip ? { augment, seed, epoch } : null;
    return this.feed.batch(samples, this.spares(samples), targetType, flips);
  }

  private spares(samples: readonly Sample[]): readonly Sample[] {
    const held = this.job.validation.includes(samples[0]!);
    return held ? this.job.validation : this.job.train;
  }

  private async deviceLoss(): Promise<never> {
    const reason = await this.backend.lost;
    throw new TrainingError(
      `The GPU device was lost: ${reason}`,
      'Resume continues from the last checkpoint. If it happens again, use a smaller batch or input size.',
    );
  }

  private dispose(): void {
    for (const steps of [this.trainSteps, this.accumulateSteps, this.evalSteps])
      for (const { executable } of steps.values()) executable.dispose();
    this.state.dispose();
  }
}

/** Judged by Dice or accuracy where there is one, else by loss; on validation, else on training samples. */
function betterOf(best: BestEpoch | null, epoch: BestEpoch, training: Metrics): BestEpoch {
  const judged = Object.keys(epoch.validation).length ? epoch : { ...epoch, validation: training };
  return best && scoreOf(best.validation) >= scoreOf(judged.validation) ? best : judged;
}

function scoreOf(metrics: Metrics): number {
  return metrics.dice ?? metrics.accuracy ?? -(metrics.loss ?? Number.POSITIVE_INFINITY);
}
