/** @file What an op means, apart from any machine: its type rule, cost, gradient and documentation. */
import type { GraphBuilder } from '../graph/builder';
import type { GraphNode, TensorType, ValueId } from '../graph/ir';
import type { OpAttributes, OpName } from './attributes';
import type { TracedOpAttributes, TracedOpName } from './traceOnly/attributes';

/** A user's shapes do not fit; `message` is PyTorch's own wording. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export type OptionalType = TensorType | null;

/** Builds the gradient of each input (null where none flows) from the gradients of the outputs. */
export type GradientRule<K extends OpName> = (
  builder: GraphBuilder,
  node: GraphNode<K>,
  gradOutputs: readonly (ValueId | null)[],
) => (ValueId | null)[];

/** What every op has, whether it can be trained or only traced. */
export interface OpMeaning<K extends TracedOpName> {
  /** One sentence, as a hover would show it. */
  readonly doc: string;
  /** Output types. @throws ShapeError in PyTorch's words when the inputs do not fit. */
  infer(inputs: readonly OptionalType[], attributes: TracedOpAttributes[K]): TensorType[];
  /** Multiply–accumulate operations; absent means none worth counting. */
  macs?(
    inputs: readonly OptionalType[],
    outputs: readonly TensorType[],
    attributes: TracedOpAttributes[K],
  ): number;
}

export interface OpDefinition<K extends OpName> extends OpMeaning<K> {
  /** `null`: no gradient flows through this op (comparisons, argmax, gradient ops themselves). */
  readonly gradient: GradientRule<K> | null;
  /** A small instance that the registry test runs everywhere. */
  readonly examples: readonly OpExample<K>[];
}

export interface OpExample<K extends OpName> {
  readonly inputs: readonly OptionalType[];
  readonly attributes: OpAttributes[K];
}

/** As much of a registry as it takes to grow a graph. */
export type TypeRules<Op extends TracedOpName> = { readonly [K in Op]: Pick<OpMeaning<K>, 'infer'> };

export type OpRegistry = { readonly [K in OpName]: OpDefinition<K> };
