/** @file Reads the models of a file, each called with what counts for it: see modelInputs.ts for whose word that is. */
import type * as vscode from 'vscode';
import type { TracedModel, TraceResult } from '../../core/graph/tracedModel';
import { trainableCandidates } from './modelFacts';
import { type ModelInput, type ModelInputs, targetFor } from './modelInputs';
import type { TraceQuestion, TraceService } from './traceService';

export class ModelReader {
  constructor(
    readonly traces: TraceService,
    readonly inputs: ModelInputs,
  ) {}

  /** As the file itself shows its models, and where something else counts, as that says. */
  async read(entry: vscode.Uri, question: Omit<TraceQuestion, 'target'> = {}): Promise<TraceResult> {
    const found = await this.traces.trace(entry, question);
    let result = found;
    for (const candidate of found.candidates) {
      const given = this.inputs.given(entry, candidate, isOnlyModel(found, candidate.name));
      if (given)
        result = replaced(
          result,
          candidate.name,
          await this.#readWith(entry, candidate.name, given, question),
        );
    }
    return result;
  }

  /** The one model, called with these inputs. */
  async #readWith(
    entry: vscode.Uri,
    name: string,
    input: ModelInput,
    question: Omit<TraceQuestion, 'target'>,
  ): Promise<TraceResult> {
    const target = targetFor(name, input);
    const trained = await this.traces.trace(entry, { ...question, target });
    if (!trained.diagnostics.some(({ message }) => message.includes('Expected more than 1'))) return trained;
    // Batch norm over one value has no variance to learn from: a lone sample is for evaluation.
    const runs = target.runs.map((run) => ({ ...run, mode: 'eval' as const }));
    return this.traces.trace(entry, { ...question, target: { ...target, runs } });
  }
}

/** `file.py` alone, in an experiment, means its only model. */
export function isOnlyModel(result: TraceResult, name: string): boolean {
  const own = trainableCandidates(result);
  return own.length === 1 && own[0]!.name === name;
}

/** In the candidates' order, as before. */
function replaced(result: TraceResult, name: string, one: TraceResult): TraceResult {
  const byName = new Map<string, TracedModel>(
    [...result.models, ...one.models].map((model) => [model.model, model]),
  );
  if (one.models.length === 0) byName.delete(name);
  const seen = new Set(result.diagnostics.map((each) => JSON.stringify(each)));
  return {
    ...result,
    models: result.candidates.flatMap((candidate) => byName.get(candidate.name) ?? []),
    diagnostics: [
      ...result.diagnostics,
      ...one.diagnostics.filter((each) => !seen.has(JSON.stringify(each))),
    ],
    advice:
      result.models.every(({ model }) => model === name) || !result.advice
        ? (one.advice ?? [])
        : distinct([...result.advice, ...(one.advice ?? [])]),
    interrupted: [
      ...(result.interrupted ?? []).filter(({ model }) => model !== name),
      ...(one.interrupted ?? []),
    ],
    milliseconds: result.milliseconds + one.milliseconds,
  };
}

function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
