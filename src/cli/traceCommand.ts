/** @file `cnnlab trace FILE[:NAME]`: shapes, parameters and cost of a model without running its arithmetic. */
import type { TensorType } from '../core/graph/ir';
import type { Diagnostic, ModelArguments, TracedModel } from '../core/graph/tracedModel';
import { parseModelReference } from '../core/runs/modelReference';
import type { TraceClient } from '../trace/traceClient';
import { CommandError } from './commandError';
import { asWritten, hasError } from './diagnosticText';
import { readModelSources } from './modelSources';
import { modelProblem, onlyModel, PATIENCE } from './onlyModel';
import { parseInputs } from './shapeText';
import { printReport, traceReport } from './traceReport';

export interface TraceOptions {
  readonly model: string;
  readonly args: string | undefined;
  readonly input: string | undefined;
  readonly json: boolean;
}

/** Returns the exit code: 0 where the model is fully traced. */
export async function traceCommand(
  options: TraceOptions,
  client: TraceClient,
  print: (line: string) => void,
): Promise<number> {
  const { file, name } = parseModelReference(options.model);
  const args = options.args === undefined ? null : parseArgs(options.args);
  const inputs = options.input === undefined ? null : parseInputs(options.input);
  const found = await traceFile({ file, name, args, inputs }, client);
  const report = traceReport(file, found.name, found.model, found.diagnostics);
  if (options.json) print(JSON.stringify(report));
  else printReport(report, found.diagnostics, print);
  return hasError(found.diagnostics) ? 1 : 0;
}

interface Wanted {
  readonly file: string;
  readonly name: string | null;
  readonly args: ModelArguments | null;
  readonly inputs: readonly TensorType[] | null;
}

interface Found {
  readonly name: string | null;
  readonly model: TracedModel | null;
  /** `file` as a person at this terminal would write it. */
  readonly diagnostics: readonly Diagnostic[];
}

async function traceFile({ file, name: given, args, inputs }: Wanted, client: TraceClient): Promise<Found> {
  const read = await readModelSources(file);
  if ('error' in read) {
    const hint = 'Relative paths start at the working directory.';
    return {
      name: given,
      model: null,
      diagnostics: [{ ...startOf(file), code: 'no-file', message: read.error, hint }],
    };
  }
  const { files, entry, environment } = read.ok;
  let name = given;
  let example: ModelArguments | undefined;
  if (name === null || args === null) {
    const survey = await client.trace({ files, entry, environment }, PATIENCE);
    name ??= onlyModel(survey);
    // A file that cannot even be read through gives no candidates, and would not the second time.
    const unreadable = survey.candidates.length === 0 && hasError(survey.diagnostics);
    if (name === null || unreadable) {
      const problems = unreadable ? survey.diagnostics : [...survey.diagnostics, modelProblem(file, survey)];
      return { name, model: null, diagnostics: asWritten(problems, read.ok, file) };
    }
    example = survey.candidates.find((candidate) => candidate.name === name)?.example?.args;
  }
  const runs = inputs ? [{ mode: 'train' as const, inputs }] : [];
  const target = { name, args: args ?? example ?? {}, runs };
  const result = await client.trace({ files, entry, target, environment }, PATIENCE);
  const model = result.models.find((each) => each.model === name) ?? null;
  const diagnostics = asWritten(result.diagnostics, read.ok, file);
  if (model || hasError(diagnostics)) return { name, model, diagnostics };
  const message = `${name} was not traced, and nothing says why.`;
  return { name, model, diagnostics: [...diagnostics, { ...startOf(file), code: 'not-traced', message }] };
}

function startOf(file: string) {
  return { file, line: 1, column: 0, endLine: 1, endColumn: 0, severity: 'error' } as const;
}

function parseArgs(text: string): ModelArguments {
  try {
    const value: unknown = JSON.parse(text);
    if (value && typeof value === 'object' && !Array.isArray(value)) return value as ModelArguments;
  } catch {
    // Reported below with what was given.
  }
  throw new CommandError(
    `--args ${text}: not a JSON object.`,
    `Name the constructor's arguments, as in '{"in_channels": 1}'.`,
    2,
  );
}
