/** @file A recorded model call as Python tells it: in rows and numbers, since every character has to cross from Python. */
import type { GraphInput, NamedValue, ValueId } from '../../core/graph/ir';
import type { Frame, ModuleCall, SourceRange, TypeTree } from '../../core/graph/tracedModel';
import type { ExtractionRequest } from './extractGraph';

/** The fields of a `Frame`, in its order. */
export type FrameRow = readonly [
  file: string,
  line: number,
  column: number,
  endLine: number,
  endColumn: number,
  calledFunction: string,
  parent: number,
];

/** A `ModuleCall`; trees and definition are numbers. */
export type CallRow = readonly [
  path: string,
  className: string,
  frame: number,
  inputs: readonly number[],
  output: number,
  firstNode: number,
  endNode: number,
  definition: number,
];

export interface RecordedCall {
  readonly mode: 'train' | 'eval';
  readonly firstNode: number;
  readonly endNode: number;
  /** Of the data inputs `input0`, `input1`, … */
  readonly inputs: readonly ValueId[];
  readonly state: readonly (readonly [name: string, value: ValueId])[];
  readonly outputs: readonly NamedValue[];
  readonly updates: readonly NamedValue[];
  readonly counters: readonly string[];
  readonly output: number;
  readonly unfinished?: readonly number[];
  /** Those that were not told yet in this trace. */
  readonly frames: readonly FrameRow[];
  readonly calls: readonly CallRow[];
  readonly trees: readonly TypeTree[];
  readonly definitions: readonly (SourceRange | null)[];
}

export function frameOf(row: FrameRow): Frame {
  const [file, line, column, endLine, endColumn, calledFunction, parent] = row;
  return { file, line, column, endLine, endColumn, function: calledFunction, parent };
}

/** @param frames all of the trace so far */
export function extractionOf(call: RecordedCall, frames: readonly Frame[]): ExtractionRequest {
  const { inputs, state, trees, definitions, calls, output, ...same } = call;
  return {
    ...same,
    inputs: [
      ...inputs.map((value, index): GraphInput => ({ kind: 'data', name: `input${index}`, value })),
      ...state.map(([name, value]): GraphInput => ({ kind: 'state', name, value })),
    ],
    output: trees[output]!,
    frames,
    calls: calls.map(
      ([path, className, frame, given, result, firstNode, endNode, definition]): ModuleCall => ({
        path,
        class: className,
        frame,
        inputs: given.map((tree) => trees[tree]!),
        output: trees[result]!,
        firstNode,
        endNode,
        definition: definitions[definition]!,
      }),
    ),
  };
}
