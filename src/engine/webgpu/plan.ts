/** @file What the planner decides and an executable carries out: where tensors live, and the steps in their order. */
import type { TensorType } from '../../core/graph/ir';
import type { Dispatch } from './kernels/kernel';

export type Location =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'state'; readonly name: string }
  /** A buffer of states as a whole. */
  | { readonly kind: 'page'; readonly page: number }
  | { readonly kind: 'data'; readonly name: string }
  | { readonly kind: 'scalar'; readonly index: number }
  /** A region of the buffer of everything known when compiling. */
  | { readonly kind: 'constant'; readonly offset: number; readonly bytes: number }
  /** A region of a buffer of gradients, which the optimizer reads as a whole. */
  | { readonly kind: 'arena'; readonly arena: number; readonly offset: number; readonly bytes: number }
  /** A region of the buffer of weights in the order in which convolutions read them. */
  | { readonly kind: 'packed'; readonly offset: number; readonly bytes: number };

export type PlannedStep =
  | {
      readonly kind: 'dispatch';
      /** Index into the nodes of the graph. */
      readonly node: number;
      readonly dispatch: Dispatch;
      /** Parallel to `dispatch.bindings`. */
      readonly locations: readonly Location[];
    }
  | PlannedCopy;

export interface PlannedCopy {
  readonly kind: 'copy';
  readonly from: Location;
  readonly to: Location;
  readonly bytes: number;
}

export interface PlannedTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly location: Location;
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** After the steps and after the outputs are read: new values of states that no kernel updated in place. */
  readonly updates: readonly PlannedCopy[];
  /** Bytes of each slot, each a buffer that tensors share one after the other. */
  readonly slots: readonly number[];
  /** Bytes of each buffer of gradients. */
  readonly arenas: readonly number[];
  /** Bytes of the packed weights. */
  readonly packedBytes: number;
  readonly constants: Uint8Array<ArrayBuffer>;
  readonly data: readonly PlannedTensor[];
  /** Names, by index of their location. */
  readonly scalars: readonly string[];
  readonly states: readonly PlannedTensor[];
  readonly outputs: readonly PlannedTensor[];
}

/** Bytes that an executable of this plan takes beside the states. */
export function workingBytes(plan: Plan, bytesOf: (tensor: TensorType) => number): number {
  const sizes = [...plan.slots, ...plan.arenas, ...plan.data.map(({ type }) => bytesOf(type))];
  return sizes.reduce((sum, bytes) => sum + bytes, plan.packedBytes + plan.constants.byteLength);
}
