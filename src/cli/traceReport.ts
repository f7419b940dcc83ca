/** @file What `cnnlab trace` tells of a model: one object for programs, a table for people. */
import { elementCount } from '../core/graph/ir';
import type { Diagnostic, TracedModel } from '../core/graph/tracedModel';
import { graphMacs } from '../core/passes/cost';
import { diagnosticText } from './diagnosticText';
import { shapeText, tensorsOf } from './shapeText';

/** What `trace --json` prints. Lines and columns count from 1. */
export interface TraceReport {
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

/** @param file as it was given */
export function traceReport(
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
    diagnostics: diagnostics.map((diagnostic) => ({
      severity: diagnostic.severity,
      line: diagnostic.line,
      column: diagnostic.column + 1,
      // Lines are of the file above, unless the message names another.
      message: diagnostic.file === file ? diagnostic.message : `${diagnostic.file}: ${diagnostic.message}`,
      hint: diagnostic.hint ?? null,
    })),
  };
}

/** @param diagnostics those of the report, each with its file */
export function printReport(
  report: TraceReport,
  diagnostics: readonly Diagnostic[],
  print: (line: string) => void,
): void {
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
  for (const diagnostic of diagnostics) print(diagnosticText(diagnostic));
}
