/** @file The graph that everything speaks: values with static types, nodes in topological order, named state. */
import type { OpName } from '../ops/attributes';
import type { TracedOpAttributes, TracedOpName } from '../ops/traceOnly/attributes';

/** PyTorch's dtype names. Backends hold floats as float32, integers as int32 and bool as 0/1. */
export type DType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Index into `Graph.values`. */
export type ValueId = number;

interface NodeOf<K extends TracedOpName> {
  readonly op: K;
  /** An optional input that is absent (a convolution without bias) is `null`. */
  readonly inputs: readonly (ValueId | null)[];
  readonly outputs: readonly ValueId[];
  readonly attributes: TracedOpAttributes[K];
  /** Index into `TracedModel.frames`; -1 for nodes that no source line made. */
  readonly frame: number;
}

export type GraphNode<K extends TracedOpName = OpName> = { [P in K]: NodeOf<P> }[K];

/**
 * - `data`: fed at each run (images, targets).
 * - `state`: lives in the backend between runs: parameters and buffers by `state_dict` name, optimizer
 *   state as `optimizer.<slot>.<parameter>`.
 * - `scalar`: a float32 of shape [] fed at each run without recompiling (`lr`, `step`, `seed`).
 */
export type InputKind = 'data' | 'state' | 'scalar';

export interface GraphInput {
  readonly kind: InputKind;
  readonly name: string;
  readonly value: ValueId;
}

export interface NamedValue {
  readonly name: string;
  readonly value: ValueId;
}

/** State `name` takes `value` when the run ends; every node of the run reads the old one. */
export type StateUpdate = NamedValue;

export interface Graph<K extends TracedOpName = OpName> {
  /** Indexed by `ValueId`. */
  readonly values: readonly TensorType[];
  readonly inputs: readonly GraphInput[];
  /** Topologically ordered. */
  readonly nodes: readonly GraphNode<K>[];
  readonly outputs: readonly NamedValue[];
  readonly updates: readonly StateUpdate[];
  /** int64 scalar state that each run raises by one (`num_batches_tracked`); kept by the trainer, not by kernels. */
  readonly counters: readonly string[];
}

/** What tracing gives: some of its ops may only have a type (`TraceOnlyOpName`), and cannot be trained. */
export type TraceGraph = Graph<TracedOpName>;
export type TraceNode = GraphNode<TracedOpName>;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
