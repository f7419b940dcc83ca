/** @file The total table of kernels: an op without one does not compile. */
import type { GraphNode } from '../../../core/graph/ir';
import type { OpName } from '../../../core/ops/attributes';
import { conv } from './conv';
import { elementwise } from './elementwise';
import type { KernelRule, Lowering, TypeOf } from './kernel';
import { linear } from './linear';
import { maxPool } from './maxPool';
import { norm } from './norm';
import { random } from './random';
import { reduce } from './reduce';
import { resample } from './resample';
import { shape } from './shape';
import { softmax } from './softmax';
import { trainingPieces } from './trainingPieces';

export const kernels: { readonly [K in OpName]: KernelRule<K> } = {
  ...elementwise,
  ...shape,
  ...reduce,
  ...softmax,
  ...linear,
  ...conv,
  ...maxPool,
  ...resample,
  ...norm,
  ...random,
  ...trainingPieces,
};

/** The rule of a node's op, applied. */
export function lower(node: GraphNode, typeOf: TypeOf): Lowering {
  // A table indexed by a union gives a union of functions, which no argument fits.
  const rule = kernels[node.op] as KernelRule<OpName>;
  return rule(node, typeOf);
}
