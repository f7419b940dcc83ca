/** @file `cnnlab train EXPERIMENT`: trains without an editor and writes the same run folder. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { elementCount } from '../core/graph/ir';
import type { Diagnostic } from '../core/graph/tracedModel';
import type { DeviceChoice, Experiment } from '../core/runs/experiment';
import type { TrainingJob } from '../core/runs/job';
import { parseModelReference } from '../core/runs/modelReference';
import { parseExperiment } from '../core/runs/parseExperiment';
import { readCheckpoint } from '../disk/checkpointFiles';
import { readPythonFiles } from '../disk/readPythonFiles';
import { RunFolder, runsFolderOf } from '../disk/runFolder';
import { scanDataset } from '../disk/scanDataset';
import { checkpointStep } from '../engine/checkpoint';
import { Trainer } from '../engine/trainer';
import { TrainingError } from '../engine/trainingError';
import { type Prepared, prepareTraining } from '../trace/prepareTraining';
import type { TraceClient } from '../trace/traceClient';
import { CommandError, orThrow } from './commandError';
import { nodeBackend } from './nodeBackend';
import { chooseModel } from './onlyModel';
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
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(`Cannot read the experiment ${options.experiment}: ${error.message}`);
  });
  const parsed = parseExperiment(text, options.experiment);
  if (!parsed.experiment) throw new CommandError(parsed.diagnostics.map(diagnosticText).join('\n'));
  const experiment = { ...parsed.experiment, device: options.device ?? parsed.experiment.device };
  const folder = dirname(file);
  const { prepared, modelFiles } = await prepare(experiment, folder, options, client);
  const report: Report = options.json ? new JsonReport(print) : new TextReport(print, prepared);
  for (const warning of prepared.warnings) report.warn(warning);
  const run = await openRun(options, experiment, folder, text, prepared, modelFiles);
  return await train(prepared.job, run, report, options.dist);
}

async function prepare(
  experiment: Experiment,
  folder: string,
  options: TrainOptions,
  client: TraceClient,
): Promise<{ prepared: Prepared; modelFiles: Readonly<Record<string, string>> }> {
  const reference = parseModelReference(experiment.model);
  const { files, entry } = orThrow(await readPythonFiles(null, resolve(folder, reference.file)));
  const modelName = reference.name ?? (await chooseModel(client, files, entry));
  const dataset = await scanDataset(experiment.dataset, { base: folder, task: experiment.task });
  const { initialWeights } = experiment;
  const outcome = await prepareTraining(
    {
      experiment,
      dataset,
      files,
      entry,
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
  throw new CommandError([...problems, ...outcome.diagnostics.map(diagnosticText)].join('\n'));
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

async function train(job: TrainingJob, run: RunFolder, report: Report, dist: string): Promise<number> {
  const backend = await nodeBackend(job.device, dist);
  let diskFailure: string | null = null;
  const readFromDataset = (path: string) => readBytes(join(job.dataset.root, path));
  try {
    const trainer = new Trainer(job, backend, readFromDataset, (event) => {
      report.event(event);
      void run.handle(event).then((written) => {
        if ('error' in written && diskFailure === null) {
          diskFailure = written.error;
          report.warn(written.hint ? `${written.error}. ${written.hint}` : written.error);
        }
      });
    });
    // The first Ctrl+C ends the run with a checkpoint, the second ends the process.
    process.once('SIGINT', () => trainer.stop());
    const outcome = await trainer.run();
    orThrow(await run.close());
    report.finish(run.path, run.record);
    return outcome === 'failed' || diskFailure !== null ? 1 : 0;
  } catch (error) {
    await run.handle({ kind: 'state', state: 'failed', error: String(error), hint: null });
    if (error instanceof TrainingError) throw new CommandError(error.message, error.hint);
    throw error;
  } finally {
    backend.dispose();
  }
}

async function resumeFrom(folder: string): Promise<NonNullable<TrainingJob['resume']>> {
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

function diagnosticText({ file, line, column, severity, message, hint }: Diagnostic): string {
  return `${file}:${line}:${column + 1}: ${severity}: ${message}${hint ? `\n  ${hint}` : ''}`;
}
