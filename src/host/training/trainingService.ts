/** @file Starts and resumes runs: traces, checks, makes the job and the run folder, and keeps the one that goes on. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Dataset } from '../../core/dataset/dataset';
import type { Diagnostic, TraceRequest } from '../../core/graph/tracedModel';
import type { Experiment } from '../../core/runs/experiment';
import { formatExperiment } from '../../core/runs/formatExperiment';
import type { TrainingJob } from '../../core/runs/job';
import { parseModelReference } from '../../core/runs/modelReference';
import type { TrainEvent } from '../../core/runs/run';
import type { DiskError } from '../../disk/diskResult';
import { readRun } from '../../disk/readRun';
import { RunFolder, runsFolderOf } from '../../disk/runFolder';
import { scanDataset } from '../../disk/scanDataset';
import type { Result } from '../../protocol/messages';
import { type Prepared, type PrepareOutcome, prepareTraining } from '../../trace/prepareTraining';
import type { ShownRun } from '../panel/panelContent';
import { ActiveRun } from '../runs/activeRun';
import { readResumePoint } from '../runs/readResumePoint';
import type { RunEntry } from '../runs/runCatalog';
import { parameterCount, trainableCandidates } from '../workspace/modelFacts';
import type { TraceService } from '../workspace/traceService';
import { fileName, workspacePath } from '../workspace/workspacePaths';
import { absoluteExperiment, movedExperiment } from './movedExperiment';
import { resolveFrom } from './pathsFrom';

type Failure = Extract<Result<never>, { error: string }>;

export class TrainingService implements vscode.Disposable {
  #active: ActiveRun | null = null;
  readonly #changed = new vscode.EventEmitter<ActiveRun>();
  /** The active run has new events, or another run has become the active one. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly traces: TraceService,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The run of this window's panel: going on, or the last one that was. */
  get active(): ActiveRun | null {
    return this.#active;
  }

  /** Traces, checks, makes the run folder. @param base absolute folder that the experiment's paths start at */
  async start(experiment: Experiment, base: string): Promise<Result<TrainingJob>> {
    const { file, name } = parseModelReference(experiment.model);
    const source = vscode.Uri.file(resolveFrom(base, file));
    const modelName = name ?? (await this.#onlyModel(source));
    if (typeof modelName !== 'string') return modelName;
    const dataset = await this.scan(experiment, base);
    const initialWeights = await readInitialWeights(experiment, base);
    if (initialWeights && 'error' in initialWeights) return initialWeights;
    const files = await this.traces.sources.filesFor(source);
    const environment = await this.traces.sources.environmentOf(source);
    const entry = workspacePath(source).path;
    const model = { files, entry, environment, modelName };
    const outcome = await prepareTraining(
      { experiment, dataset, ...model, runId: '', initialWeights, resume: null, maxSteps: null },
      this.traces.tracer,
    );
    if (!('ok' in outcome)) return failureOf(outcome);
    const { warnings } = outcome.ok;
    for (const warning of warnings) this.log.warn(warning);
    const folder = await this.#createFolder(outcome.ok, base, dataset.name, model);
    if ('error' in folder) return folder;
    this.#begin(
      folder.ok,
      warnings.map((message) => ({ kind: 'warning', message })),
    );
    return { ok: { ...outcome.ok.job, runId: folder.ok.record.id } };
  }

  /** From its last checkpoint, with the model files as they were when the run began. */
  async resume({ folder: path, record }: RunEntry): Promise<Result<TrainingJob>> {
    const { experiment, model } = record;
    const read = await readResumePoint(path, model.file);
    if ('error' in read) return read;
    const { resume, step, files, entry } = read.ok;
    const environment = await this.traces.sources.environmentOf(vscode.Uri.file(path));
    // The record's experiment has absolute paths: it is about this machine, not about a folder.
    const dataset = await this.scan(experiment, path);
    const outcome = await prepareTraining(
      {
        experiment,
        dataset,
        files,
        entry,
        environment,
        modelName: model.class,
        runId: record.id,
        initialWeights: null,
        resume,
        maxSteps: null,
      },
      this.traces.tracer,
    );
    if (!('ok' in outcome)) return failureOf(outcome);
    const folder = await RunFolder.reopen(path, step);
    if ('error' in folder) return folder;
    const details = await readRun(path, new Set([record.id]));
    this.#begin(folder.ok, 'ok' in details ? details.ok.history : []);
    return { ok: outcome.ok.job };
  }

  /** What the panel shows of a run: asked again for each picture, as the active one moves on. */
  async shownRun({ folder, record, isResumable }: RunEntry): Promise<() => ShownRun> {
    const { active } = this;
    if (active?.id === record.id) return shownActive(active);
    const details = await readRun(folder);
    const history = 'ok' in details ? details.ok.history : [];
    return () => ({ record, history, canResume: isResumable });
  }

  async #createFolder(
    { job, model, inference }: Prepared,
    base: string,
    datasetName: string,
    { files, entry, modelName }: { files: TraceRequest['files']; entry: string; modelName: string },
  ) {
    const { experiment, train, validation } = job;
    const runsFolder = runsFolderOf(base, experiment.output);
    return RunFolder.create(
      runsFolder,
      {
        name: `${modelName} on ${datasetName}`,
        // Absolute, so that the run can be resumed whatever folder its paths started at.
        experiment: absoluteExperiment(experiment, base),
        model: { file: entry, class: modelName, parameters: parameterCount(model) },
        classes: job.dataset.classes,
        trainSamples: train.length,
        validationSamples: validation.length,
        totalSteps: stepsOfEpoch(job) * experiment.epochs,
      },
      {
        // Its paths start at the run's own folder, as those of every experiment do.
        experimentText: formatExperiment(movedExperiment(experiment, base, join(runsFolder, 'run'))),
        modelFiles: files,
        graph: inference,
      },
    );
  }

  #begin(folder: RunFolder, past: readonly TrainEvent[]): void {
    let told = false;
    const failed = ({ error, hint }: DiskError) => {
      this.log.error(error);
      // The page keeps sending: one message is enough.
      if (!told) void vscode.window.showErrorMessage(`${error}. ${hint ?? ''}`);
      told = true;
    };
    this.#active = new ActiveRun(folder, past, (run) => this.#changed.fire(run), failed);
    this.#changed.fire(this.#active);
  }

  scan({ dataset, task }: Experiment, base: string): Promise<Dataset> {
    return scanDataset(dataset, { base, task });
  }

  async #onlyModel(entry: vscode.Uri): Promise<string | Failure> {
    const candidates = trainableCandidates(await this.traces.trace(entry));
    const [only] = candidates;
    if (only && candidates.length === 1) return only.name;
    const names = candidates.map(({ name }) => name).join(', ');
    return {
      error: `${fileName(entry)} holds ${candidates.length === 0 ? 'no model' : `${candidates.length} models: ${names}`}.`,
      hint: 'Name one in the experiment: "model": "file.py:Class".',
    };
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

async function readInitialWeights(
  { initialWeights }: Experiment,
  base: string,
): Promise<Uint8Array<ArrayBuffer> | Failure | null> {
  if (initialWeights === null) return null;
  const file = vscode.Uri.file(resolveFrom(base, initialWeights));
  try {
    return Uint8Array.from(await vscode.workspace.fs.readFile(file));
  } catch {
    return {
      error: `The initial weights ${file.fsPath} could not be read.`,
      hint: 'Mend "initialWeights" in the experiment, or leave it out to start from PyTorch’s own initialisation.',
    };
  }
}

function failureOf(outcome: Exclude<PrepareOutcome, { ok: unknown }>): Failure {
  const [problem] = outcome.problems;
  if (problem) return { error: problem.message, hint: problem.hint ?? undefined };
  const [diagnostic] = outcome.diagnostics;
  if (diagnostic) return { error: sentenceOf(diagnostic), hint: diagnostic.hint };
  return {
    error: 'The model could not be traced, and gave no reason.',
    hint: 'See the output channel CNN Lab.',
  };
}

/** A last, smaller batch that the model does not accept is left out. */
function stepsOfEpoch({ train, trainGraphs }: TrainingJob): number {
  const full = trainGraphs[0]?.batch ?? 1;
  return Math.floor(train.length / full) + (trainGraphs.length > 1 ? 1 : 0);
}

export function shownActive(run: ActiveRun): () => ShownRun {
  return () => ({ record: run.record, history: run.history, canResume: run.isResumable });
}

function sentenceOf({ file, line, message }: Diagnostic): string {
  return `${file}, line ${line}: ${message}`;
}
