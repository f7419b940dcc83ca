/** @file What a convolution's kernels need to know of it. */
import type { ValueId } from '../../../core/graph/ir';
import type { WeightShape } from './convWeights';
import { type KernelContext, u32 } from './kernel';

export type Pair = readonly [number, number];

/** `inputs` and `outputs` are channels of one group. */
export interface ConvGeometry extends WeightShape {
  readonly input: ValueId;
  readonly weight: ValueId;
  readonly bias: ValueId | null;
  readonly output: ValueId;
  readonly batch: number;
  readonly inSize: Pair;
  readonly outSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  /** Where the channels of input and output lie. */
  readonly source: ReturnType<KernelContext['channels']>;
  readonly result: ReturnType<KernelContext['channels']>;
}

export function channelParams({ source, result }: ConvGeometry) {
  return {
    sourceFirst: u32(source.first),
    sourceTotal: u32(source.total),
    resultFirst: u32(result.first),
    resultTotal: u32(result.total),
  };
}
