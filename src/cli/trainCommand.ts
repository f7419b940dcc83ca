/** @file `cnnlab train EXPERIMENT`: trains without an editor and writes the same run folder. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { elementCount } from '../core/graph/ir';
import type { DeviceChoice, Experiment } from '../core/runs/experiment';
import type { TrainingJob } from '../core/runs/job';
import { parseModelReference } from '../core/runs/modelReference';
import { parseExperiment } from '../core/runs/parseExperiment';
import type { TrainEvent } from '../core/runs/run';
import { readCheckpoint } from '../disk/checkpointFiles';
import { diskError } from '../disk/diskResult';
import { RunFolder, runsFolderOf } from '../disk/runFolder';
import { scanDataset } from '../disk/scanDataset';
import type { Backend } from '../engine/backend';
import { checkpointStep } from '../engine/checkpoint';
import { Trainer } from '../engine/trainer';
import { type Prepared, prepareTraining } from '../trace/prepareTraining';
import type { TraceClient } from '../trace/traceClient';
import { CommandError, orThrow } from './commandError';
import { asWritten, diagnosticText } from './diagnosticText';
import { readModelSources } from './modelSources';
import { nodeBackend } from './nodeBackend';
import { chooseModel } from './onlyModel';
import { readStoredRun } from './storedModel';
import { JsonReport, type Report, TextReport } from './trainReport';

export interface TrainOptions {
  readonly experiment: string;
  readonly device: DeviceChoice | null;
  readonly maxSteps: number | null;
  /** A run folder to go on with. */
  readonly resume: string | null;
  readonly json: boolean;
  /** Folder of the bundles. */
  readonly dist: string;
}

/** Returns the exit code: 0 where the training came to its end or was stopped by hand. */
export async function trainCommand(
  options: TrainOptions,
  client: TraceClient,
  print: (line: string) => void,
): Promise<number> {
  const file = resolve(options.experiment);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CommandError(diskError(`cannot read the experiment ${options.experiment}`, cause).error);
  });
  const parsed = parseExperiment(text, options.experiment);
  if (!parsed.experiment) throw new CommandError(parsed.diagnostics.map(diagnosticText).join('\n'));
  const experiment = { ...parsed.experiment, device: options.device ?? parsed.experiment.device };
  const folder = dirname(file);
  const { prepared, modelFiles } = await prepare(experiment, folder, options, client);
  const report: Report = options.json ? new JsonReport(print) : new TextReport(print);
  const doubts = parsed.diagnostics.map(diagnosticText);
  for (const warning of [...doubts, ...prepared.warnings]) report.warn(warning);
  // Whatever can be wrong before the first step is found before there is a run to leave behind.
  const backend = await nodeBackend(prepared.job.device, options.dist);
  try {
    const training = new Training(prepared.job, backend, report);
    const run = await openRun(options, experiment, folder, text, prepared, modelFiles);
    report.begin(prepared);
    return await training.run(run);
  } finally {
    backend.dispose();
  }
}

async function prepare(
  experiment: Experiment,
  folder: string,
  options: TrainOptions,
  client: TraceClient,
): Promise<{ prepared: Prepared; modelFiles: Readonly<Record<string, string>> }> {
  const reference = parseModelReference(experiment.model);
  const python = orThrow(await readModelSources(resolve(folder, reference.file)));
  const { files, entry, environment } = python;
  const shownAs = relative('', resolve(folder, reference.file));
  const modelName = reference.name ?? (await chooseModel(client, python, shownAs));
  const dataset = await scanDataset(experiment.dataset, { base: folder, task: experiment.task });
  const { initialWeights } = experiment;
  const outcome = await prepareTraining(
    {
      experiment,
      dataset,
      files,
      entry,
      environment,
      modelName,
      runId: '',
      initialWeights: initialWeights === null ? null : await readBytes(resolve(folder, initialWeights)),
      resume: options.resume === null ? null : await resumeFrom(options.resume),
      maxSteps: options.maxSteps,
    },
    client,
  );
  if ('ok' in outcome) return { prepared: outcome.ok, modelFiles: files };
  const problems = outcome.problems.map(({ message, hint }) => (hint ? `${message}\n  ${hint}` : message));
  const diagnostics = asWritten(outcome.diagnostics, python, shownAs).map(diagnosticText);
  throw new CommandError([...diagnostics, ...problems].join('\n'));
}

async function openRun(
  options: TrainOptions,
  experiment: Experiment,
  folder: string,
  experimentText: string,
  { job, model, inference }: Prepared,
  modelFiles: Readonly<Record<string, string>>,
): Promise<RunFolder> {
  if (options.resume !== null) {
    const step = positionOf(job);
    return orThrow(await RunFolder.reopen(resolve(options.resume), step));
  }
  const perEpoch = Math.ceil(job.train.length / experiment.batchSize);
  const parameters = model.state
    .filter(({ kind }) => kind === 'parameter')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return orThrow(
    await RunFolder.create(
      runsFolderOf(folder, experiment.output),
      {
        name: basename(options.experiment).replace(/\.cnnlab\.json$/i, ''),
        experiment: job.experiment,
        model: { file: model.file, class: model.model, parameters },
        classes: job.dataset.classes,
        trainSamples: job.train.length,
        validationSamples: job.validation.length,
        totalSteps: options.maxSteps ?? perEpoch * experiment.epochs,
      },
      { experimentText, modelFiles, graph: inference },
    ),
  );
}

/** A trainer whose events go to a run on the disk and to whoever reads along. */
class Training {
  private readonly trainer: Trainer;
  private folder: RunFolder | null = null;
  private diskFailed = false;

  /** @throws TrainingError where weights to start from do not fit the model */
  constructor(
    { dataset, ...job }: TrainingJob,
    backend: Backend,
    private readonly report: Report,
  ) {
    const read = (path: string) => readBytes(join(dataset.root, path));
    this.trainer = new Trainer({ ...job, dataset }, backend, read, (event) => this.take(event));
  }

  /** Gives the exit code. */
  async run(folder: RunFolder): Promise<number> {
    this.folder = folder;
    // The first Ctrl+C ends the run with a checkpoint, the second ends the process.
    process.once('SIGINT', () => this.trainer.stop());
    const outcome = await this.trainer.run();
    orThrow(await folder.close());
    this.report.finish(folder.path, folder.record);
    return outcome === 'failed' || this.diskFailed ? 1 : 0;
  }

  private take(event: TrainEvent): void {
    this.report.event(event);
    void this.folder?.handle(event).then((written) => {
      if (!('error' in written) || this.diskFailed) return;
      this.diskFailed = true;
      this.report.warn(written.hint ? `${written.error}. ${written.hint}` : written.error);
    });
  }
}

async function resumeFrom(folder: string): Promise<NonNullable<TrainingJob['resume']>> {
  await readStoredRun(folder);
  const { weights, trainerState } = orThrow(await readCheckpoint(resolve(folder), 'last'));
  if (trainerState) return { weights, trainerState };
  throw new CommandError(
    `${folder} has weights, but not the optimizer's state beside them.`,
    'Start a new run with "initialWeights" set to its checkpoints/last.safetensors.',
  );
}

/** Steps that the checkpoint to go on from has behind it. */
function positionOf(job: TrainingJob): number {
  return job.resume ? checkpointStep(job.resume.trainerState) : 0;
}

async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw new CommandError(`Cannot read ${path}: ${(error as Error).message}`);
  }
}
