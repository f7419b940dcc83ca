/** @file The total table of kernels: an op without one does not compile. */
import type { OpName } from '../../../core/ops/attributes';
import type { DeviceNode, FusedNode, FusedOpName } from '../fusion/fusedOps';
import { conv } from './conv';
import { elementwise } from './elementwise';
import type { FusedKernelRule, KernelContext, KernelRule, Lowering, TypeOf } from './kernel';
import { linear } from './linear';
import { maxPool, maxPoolFused } from './maxPool';
import { norm } from './norm';
import { optimizers } from './optimizers';
import { programs } from './programs';
import { random } from './random';
import { reduce } from './reduce';
import { resample } from './resample';
import { shape } from './shape';
import { softmax } from './softmax';
import { trainingNorm } from './trainingNorm';
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
  ...optimizers,
};

const fusedKernels: { readonly [K in FusedOpName]: FusedKernelRule<K> } = {
  // Its one dispatch is made by the planner, which alone knows where the gradients are.
  optimizer_step: ({ outputs, attributes: { count } }) => ({
    dispatches: [],
    inPlace: outputs.map((_, index) => [index, count + index] as const),
  }),
  ...trainingNorm,
  ...programs,
  ...maxPoolFused,
  joined_channels: () => ({ dispatches: [] }),
  sliced_channels: ({ inputs }) => ({ alias: inputs[0]! }),
};

/** The rule of a node's op, applied. */
export function lower(node: DeviceNode, typeOf: TypeOf, context: KernelContext): Lowering {
  // A table indexed by a union gives a union of functions, which no argument fits.
  if (isFused(node)) return (fusedKernels[node.op] as FusedKernelRule<FusedOpName>)(node, typeOf, context);
  return (kernels[node.op] as KernelRule<OpName>)(node, typeOf, context);
}

function isFused(node: DeviceNode): node is FusedNode {
  return node.op in fusedKernels;
}
