/** @file What a convolution's kernels need to know of it. */
import type { ValueId } from '../../../core/graph/ir';
import type { WeightShape } from './convWeights';

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
}
