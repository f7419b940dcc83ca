/** @file Ops that only this backend knows: what its passes make of several nodes of a graph. */
import type { Graph, GraphNode, ValueId } from '../../../core/graph/ir';
import type { MaxPoolAttributes, OpAttributes } from '../../../core/ops/attributes';
import type { Program } from './program';

export type UpdateOp = 'sgd_update' | 'adamw_update';

export interface FusedOps {
  /**
   * One update rule over many parameters. Inputs: the gradients, then for each parameter the states that the rule
   * updates, then the rule's scalars. Outputs: the updated states. All first states lie in one page, all second ones
   * in another, and so on.
   */
  optimizer_step: {
    readonly rule: UpdateOp;
    readonly attributes: OpAttributes[UpdateOp];
    /** Names of the states that the rule updates. */
    readonly states: readonly string[];
    /** Parameters. */
    readonly count: number;
  };
  /**
   * Batch normalisation in training, then the activation: (input: N×C×…, weight?, bias?, running_mean?, running_var?)
   * → (output, saved: 2×C of mean and 1/deviation, new_running_mean, new_running_var).
   */
  norm_activation: { readonly momentum: number; readonly eps: number; readonly activation: Activation };
  /** (grad_output, input, saved, weight?, bias?) → (grad_input, grad_weight, grad_bias). */
  norm_activation_backward: { readonly activation: Activation };
  /** The program's one result, for every element; inputs broadcast to it. */
  fused_elementwise: Program;
  /**
   * The sums of the program's results over the last `length` elements of `shape`; their means where `means` says so.
   * Then what `maps` names, for every element. Inputs have that shape, or one element.
   */
  fused_sum: Program & {
    readonly shape: readonly number[];
    readonly length: number;
    readonly means: readonly boolean[];
    readonly maps: Program['results'];
  };
  /** (grad_output, input, other) → max_pool2d_backward + other. */
  max_pool2d_backward_add: MaxPoolAttributes;
  /** cat along the channels of parts that were written in their place: nothing is left to do. */
  joined_channels: Record<string, never>;
  /** Some channels of the input, read where they lie. */
  sliced_channels: Record<string, never>;
}

/** What is computed with a norm in one kernel. */
export type Activation = 'none' | 'relu';

export type FusedOpName = keyof FusedOps;

interface FusedNodeOf<K extends FusedOpName> {
  readonly op: K;
  readonly inputs: readonly (ValueId | null)[];
  readonly outputs: readonly ValueId[];
  readonly attributes: FusedOps[K];
  readonly frame: number;
}

export type FusedNode<K extends FusedOpName = FusedOpName> = { [P in K]: FusedNodeOf<P> }[K];

export type DeviceNode = GraphNode | FusedNode;

/** A graph on its way to the device. Values that no node defines any more keep their place in `values`. */
export interface DeviceGraph extends Omit<Graph, 'nodes'> {
  readonly nodes: readonly DeviceNode[];
  /** Tensors that are channels of another one. */
  readonly views?: ReadonlyMap<ValueId, ChannelView>;
}

/** N×C×H×W as channels `first` … of `parent`, which has `total`. */
export interface ChannelView {
  readonly parent: ValueId;
  readonly first: number;
  readonly total: number;
}
