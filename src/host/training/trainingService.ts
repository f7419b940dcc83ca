/** @file Starts and resumes runs: traces, checks, makes the job and the run folder, and keeps the one that goes on. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Dataset } from '../../core/dataset/dataset';
import type { Diagnostic, TraceRequest } from '../../core/graph/tracedModel';
import type { Experiment } from '../../core/runs/experiment';
import type { TrainingJob } from '../../core/runs/job';
import { parseModelReference } from '../../core/runs/modelReference';
import type { TrainEvent } from '../../core/runs/run';
import { runId } from '../../core/runs/runRecord';
import { RunFolder } from '../../disk/runFolder';
import { scanDataset } from '../../disk/scanDataset';
import type { Result } from '../../protocol/messages';
import { type PrepareOutcome, prepareTraining } from '../../trace/prepareTraining';
import type { ActiveRun } from '../runs/activeRun';
import { parameterCount, trainableCandidates } from '../workspace/modelFacts';
import type { TraceService } from '../workspace/traceService';
import { fileName, workspacePath } from '../workspace/workspacePaths';
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

  /** @param base absolute folder that the experiment's paths start at */
  async start(experiment: Experiment, base: string): Promise<Result<TrainingJob>> {
    const { file, name } = parseModelReference(experiment.model);
    const entry = vscode.Uri.file(resolveFrom(base, file));
    const modelName = name ?? (await this.#onlyModel(entry));
    if (typeof modelName !== 'string') return modelName;
    const dataset = await this.scan(experiment, base);
    const files = await this.traces.sources.filesFor(entry);
    const initialWeights = await readInitialWeights(experiment, base);
    if (initialWeights && 'error' in initialWeights) return initialWeights;
    const place = workspacePath(entry);
    const id = runId(new Date(), `${modelName}-${dataset.name}`);
    const outcome = await prepareTraining(
      {
        experiment,
        dataset,
        files,
        entry: place.path,
        modelName,
        runId: id,
        initialWeights,
        resume: null,
        maxSteps: null,
      },
      this.traces.tracer,
    );
    if (!('ok' in outcome)) return failureOf(outcome);
    const { job, model, inference, warnings } = outcome.ok;
    return { ok: job };
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

function sentenceOf({ file, line, message }: Diagnostic): string {
  return `${file}, line ${line}: ${message}`;
}
