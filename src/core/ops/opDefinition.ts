/** @file What an op means, apart from any machine: its type rule, cost, gradient and documentation. */
import type { GraphBuilder } from '../graph/builder';
import type { GraphNode, TensorType, ValueId } from '../graph/ir';
import type { OpAttributes, OpName } from './attributes';

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

export interface OpDefinition<K extends OpName> {
  /** One sentence, as a hover would show it. */
  readonly doc: string;
  /** Output types. @throws ShapeError in PyTorch's words when the inputs do not fit. */
  infer(inputs: readonly OptionalType[], attributes: OpAttributes[K]): TensorType[];
  /** Multiply–accumulate operations; absent means none worth counting. */
  macs?(inputs: readonly OptionalType[], outputs: readonly TensorType[], attributes: OpAttributes[K]): number;
  /** `null`: no gradient flows through this op (comparisons, argmax, gradient ops themselves). */
  readonly gradient: GradientRule<K> | null;
  /** A small instance that the registry test runs everywhere. */
  readonly examples: readonly OpExample<K>[];
}

export interface OpExample<K extends OpName> {
  readonly inputs: readonly OptionalType[];
  readonly attributes: OpAttributes[K];
}

export type OpRegistry = { readonly [K in OpName]: OpDefinition<K> };
