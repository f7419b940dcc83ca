/**
 * @file The op vocabulary: every op's name and attributes, spelled as in ATen. The tables that give an op its
 * meaning (registry), its ONNX lowering and its kernels are total over `OpName`, so an omission does not compile.
 *
 * Inputs are listed beside each op; `?` marks one that may be null.
 */
import type { DType } from '../graph/ir';

type None = Record<string, never>;
type Pair = readonly [number, number];
type Shape = readonly number[];

export interface ConvolutionAttributes {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

export interface MaxPoolAttributes {
  readonly kernel_size: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceil_mode: boolean;
}

export interface AvgPoolAttributes {
  readonly kernel_size: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
}

/** `antialias` and `align_corners` are always explicit: defaults are resolved where the call is traced. */
export interface InterpolateAttributes {
  readonly size: Pair;
  readonly mode: 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic';
  readonly align_corners: boolean;
  readonly antialias: boolean;
}

export interface ReduceAttributes {
  /** Non-negative, ascending, never empty for a tensor of rank > 0. */
  readonly dim: readonly number[];
  readonly keepdim: boolean;
}

export interface SgdAttributes {
  readonly momentum: number;
  readonly dampening: number;
  readonly weight_decay: number;
  readonly nesterov: boolean;
}

export interface AdamWAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weight_decay: number;
}

export interface OpAttributes {
  // Sources.
  constant: { readonly shape: Shape; readonly dtype: DType; readonly values: readonly number[] };
  full: { readonly shape: Shape; readonly dtype: DType; readonly value: number };

  // Elementwise, one input: (input).
  neg: None;
  abs: None;
  exp: None;
  log: None;
  sqrt: None;
  rsqrt: None;
  reciprocal: None;
  square: None;
  erf: None;
  sin: None;
  cos: None;
  floor: None;
  /** The same numbers; no gradient flows. */
  detach: None;
  relu: None;
  relu6: None;
  sigmoid: None;
  tanh: None;
  silu: None;
  hardswish: None;
  hardsigmoid: None;
  softplus: None;
  logical_not: None;
  leaky_relu: { readonly negative_slope: number };
  elu: { readonly alpha: number };
  gelu: { readonly approximate: 'none' | 'tanh' };
  hardtanh: { readonly min_val: number; readonly max_val: number };
  clamp: { readonly min: number | null; readonly max: number | null };
  add_scalar: { readonly value: number };
  mul_scalar: { readonly value: number };
  pow_scalar: { readonly exponent: number };
  gt_scalar: { readonly value: number };
  ge_scalar: { readonly value: number };
  lt_scalar: { readonly value: number };
  le_scalar: { readonly value: number };
  eq_scalar: { readonly value: number };
  ne_scalar: { readonly value: number };
  to_dtype: { readonly dtype: DType };

  // Elementwise, two inputs with broadcasting: (input, other). Comparisons give bool.
  add: None;
  sub: None;
  mul: None;
  div: None;
  maximum: None;
  minimum: None;
  pow: None;
  gt: None;
  ge: None;
  lt: None;
  le: None;
  eq: None;
  ne: None;
  /** (condition: bool, input, other) with broadcasting. */
  where: None;

  // Gradients of activations, as in ATen: (grad_output, input) unless said.
  relu_backward: None;
  relu6_backward: None;
  leaky_relu_backward: { readonly negative_slope: number };
  elu_backward: { readonly alpha: number };
  gelu_backward: { readonly approximate: 'none' | 'tanh' };
  silu_backward: None;
  hardswish_backward: None;
  hardsigmoid_backward: None;
  hardtanh_backward: { readonly min_val: number; readonly max_val: number };
  /** (grad_output, output) */
  sigmoid_backward: None;
  /** (grad_output, output) */
  tanh_backward: None;

  // Shape: (input) unless said.
  reshape: { readonly shape: Shape };
  permute: { readonly dims: readonly number[] };
  expand: { readonly shape: Shape };
  flip: { readonly dims: readonly number[] };
  /** (input₀, input₁, …) */
  cat: { readonly dim: number };
  /** `start` and `end` are resolved and clamped; `step` > 0. */
  slice: { readonly dim: number; readonly start: number; readonly end: number; readonly step: number };
  /** (grad_output) → zeros of `input_shape` with the slice filled in. */
  slice_backward: {
    readonly input_shape: Shape;
    readonly dim: number;
    readonly start: number;
    readonly end: number;
    readonly step: number;
  };
  /** PyTorch's order: last dimension first, (before, after) pairs; negative values crop. Only 'constant' here. */
  pad: { readonly pad: readonly number[]; readonly value: number };

  // Reductions: (input).
  sum: ReduceAttributes;
  mean: ReduceAttributes;
  amax: ReduceAttributes;
  amin: ReduceAttributes;
  /** → int64; the first of equals. */
  argmax: { readonly dim: number; readonly keepdim: boolean };
  softmax: { readonly dim: number };
  log_softmax: { readonly dim: number };
  /** (grad_output, output) */
  softmax_backward: { readonly dim: number };
  /** (grad_output, output) */
  log_softmax_backward: { readonly dim: number };

  // Linear algebra.
  /** (input: …×K, weight: M×K, bias?: M) */
  linear: None;
  /** (input, other), with batch broadcasting as torch.matmul for ranks ≥ 2. */
  matmul: None;

  // Convolution, NCHW.
  /** (input: N×C×H×W, weight: O×C/groups×kH×kW, bias?: O) */
  conv2d: ConvolutionAttributes;
  /** (input: N×C×H×W, weight: C×O/groups×kH×kW, bias?: O). Also the input gradient of conv2d. */
  conv_transpose2d: ConvolutionAttributes & { readonly output_padding: Pair };
  /** (input: N×C×H×W, grad_output: N×O×H'×W') → O×C/groups×kH×kW */
  conv2d_weight_grad: ConvolutionAttributes & { readonly kernel_size: Pair };

  // Pooling, NCHW.
  max_pool2d: MaxPoolAttributes;
  /** (grad_output, input); the first maximum of each window in row order takes the gradient, as in PyTorch. */
  max_pool2d_backward: MaxPoolAttributes;
  avg_pool2d: AvgPoolAttributes;
  /** (grad_output) */
  avg_pool2d_backward: AvgPoolAttributes & { readonly input_shape: Shape };
  adaptive_avg_pool2d: { readonly output_size: Pair };
  /** (grad_output) */
  adaptive_avg_pool2d_backward: { readonly input_shape: Shape };
  adaptive_max_pool2d: { readonly output_size: Pair };
  /** (grad_output, input) */
  adaptive_max_pool2d_backward: None;

  // Normalisation.
  /**
   * (input: N×C×…, weight?: C, bias?: C, running_mean?: C, running_var?: C).
   * `training: false` → (output). `training: true` → (output, save_mean, save_invstd, new_running_mean,
   * new_running_var): batch statistics are used (biased variance), running_var takes the unbiased one. Without
   * running statistics the last two outputs repeat save_mean and the biased variance.
   */
  batch_norm: { readonly training: boolean; readonly momentum: number; readonly eps: number };
  /** (grad_output, input, save_mean, save_invstd, weight?) → (grad_input, grad_weight, grad_bias); train mode. */
  batch_norm_backward: { readonly eps: number };

  // Randomness.
  /** (input); train mode is rewritten to `mul(input, dropout_mask)` before compilation, eval mode to identity. */
  dropout: { readonly p: number; readonly training: boolean };
  /** (seed: scalar) → float32 of `shape`: 0 with probability p, else 1/(1−p). Same numbers on every backend. */
  dropout_mask: { readonly shape: Shape; readonly p: number; readonly stream: number };

  // Resizing, NCHW: (input).
  interpolate: InterpolateAttributes;
  /** (grad_output) */
  interpolate_backward: InterpolateAttributes & { readonly input_size: Pair };

  // Pieces of losses and optimizers.
  /** (target: N×… of int64) → float32 N×num_classes×…; a class outside [0, num_classes) gives zeros. */
  one_hot: { readonly num_classes: number };
  /**
   * (errors: R×P, truth: R×P of 0 and 1) → R×P: the gradient of each row's Lovász extension of the Jaccard loss, that is
   * by how much that loss grows when an element joins those of larger errors. No gradient flows.
   */
  lovasz_weights: None;
  /** (param, grad, momentum_buffer?, lr: scalar) → (param, momentum_buffer if given); torch.optim.SGD's rule. */
  sgd_update: SgdAttributes;
  /** (param, grad, exp_avg, exp_avg_sq, lr: scalar, step: scalar from 1) → (param, exp_avg, exp_avg_sq). */
  adamw_update: AdamWAttributes;
}

export type OpName = keyof OpAttributes;
