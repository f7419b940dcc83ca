/** @file `cnnlab trace FILE[:NAME]`: shapes, parameters and cost of a model without running its arithmetic. */
import { elementCount } from '../core/graph/ir';
import type { Diagnostic, ModelArguments, TracedModel, TraceResult } from '../core/graph/tracedModel';
import { graphMacs } from '../core/passes/cost';
import { parseModelReference } from '../core/runs/modelReference';
import { readPythonFiles } from '../disk/readPythonFiles';
import type { TraceClient } from '../trace/traceClient';
import { CommandError, orThrow } from './commandError';
import { modelProblem, onlyModel, PATIENCE } from './onlyModel';
import { parseInputs, shapeText, tensorsOf } from './shapeText';

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
  const { file, name: given } = parseModelReference(options.model);
  const { files, entry } = orThrow(await readPythonFiles(null, file));
  const args = options.args === undefined ? null : parseArgs(options.args);
  let name = given;
  let found: TraceResult | null = null;
  if (name === null || args === null) {
    found = await client.trace({ files, entry }, PATIENCE);
    name ??= onlyModel(found);
  }
  const target =
    name === null
      ? undefined
      : {
          name,
          args: args ?? found?.candidates.find((candidate) => candidate.name === name)?.example?.args ?? {},
          runs: options.input ? [{ mode: 'train' as const, inputs: parseInputs(options.input) }] : [],
        };
  const result = target ? await client.trace({ files, entry, target }, PATIENCE) : found!;
  const diagnostics = [...result.diagnostics];
  if (!target && !diagnostics.some(({ severity }) => severity === 'error')) {
    diagnostics.push(modelProblem(entry, result));
  }
  const model = result.models.find((each) => each.model === name) ?? null;
  const report = reportOf(entry, name, model, diagnostics);
  if (options.json) print(JSON.stringify(report));
  else printReport(report, print);
  const failed = !model || diagnostics.some(({ severity }) => severity === 'error');
  return failed ? 1 : 0;
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

interface TraceReport {
  readonly model: string | null;
  readonly file: string;
  readonly inputs: readonly { shape: readonly number[]; dtype: string }[];
  readonly outputs: readonly { shape: readonly number[]; dtype: string }[];
  readonly parameters: number;
  readonly trainable: number;
  readonly macs: number;
  readonly ops: readonly { op: string; line: number | null; shape: readonly number[] }[];
  readonly calls: readonly {
    name: string;
    class: string;
    line: number | null;
    inputs: readonly (readonly number[])[];
    outputs: readonly (readonly number[])[];
  }[];
  readonly stateDict: readonly { name: string; shape: readonly number[]; dtype: string }[];
  readonly diagnostics: readonly {
    severity: string;
    line: number;
    column: number;
    message: string;
    hint: string | null;
  }[];
}

function reportOf(
  file: string,
  name: string | null,
  model: TracedModel | null,
  diagnostics: readonly Diagnostic[],
): TraceReport {
  const traced = model?.graphs[0];
  const lineOf = (frame: number) => traced?.frames[frame]?.line ?? null;
  const parameters = model?.state.filter(({ kind }) => kind === 'parameter') ?? [];
  const count = (entries: typeof parameters) =>
    entries.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return {
    model: name,
    file,
    inputs: traced?.inputs ?? [],
    outputs: traced ? tensorsOf(traced.output) : [],
    parameters: count(parameters),
    trainable: count(parameters.filter(({ trainable }) => trainable)),
    macs: traced ? graphMacs(traced.graph) : 0,
    ops: (traced?.graph.nodes ?? []).map((node) => ({
      op: node.op,
      line: lineOf(node.frame),
      shape: traced!.graph.values[node.outputs[0]!]!.shape,
    })),
    calls: (traced?.calls ?? []).map((call) => ({
      name: call.path,
      class: call.class,
      line: lineOf(call.frame),
      inputs: call.inputs.flatMap(tensorsOf).map(({ shape }) => shape),
      outputs: tensorsOf(call.output).map(({ shape }) => shape),
    })),
    stateDict: (model?.state ?? []).map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    diagnostics: diagnostics.map(({ severity, line, column, message, hint }) => ({
      severity,
      line,
      column: column + 1,
      message,
      hint: hint ?? null,
    })),
  };
}

function printReport(report: TraceReport, print: (line: string) => void): void {
  if (report.model && report.inputs.length) {
    const shapes = (types: TraceReport['inputs']) => types.map(({ shape }) => shapeText(shape)).join(', ');
    print(`${report.model}  ${shapes(report.inputs)} → ${shapes(report.outputs)}`);
    for (const call of report.calls) {
      const outputs = call.outputs.map(shapeText).join(', ');
      print(
        `  ${String(call.line ?? '').padStart(4)}  ${(call.name || '·').padEnd(28)} ${call.class.padEnd(18)} ${outputs}`,
      );
    }
    const millions = (value: number) => value.toLocaleString('en-US');
    print(
      `${millions(report.parameters)} parameters (${millions(report.trainable)} trainable), ${millions(report.macs)} multiply–accumulates`,
    );
  }
  for (const { severity, line, column, message, hint } of report.diagnostics) {
    print(`${report.file}:${line}:${column}: ${severity}: ${message}${hint ? `\n  ${hint}` : ''}`);
  }
}
