/**
 * @file Ops that are traced but cannot be trained here yet: they have a type rule and a cost, and neither gradient,
 * lowering nor kernel. Spelled as in ATen. One that gets those moves to `OpAttributes`.
 *
 * Inputs are listed beside each op; `?` marks one that may be null.
 */
import type { DType } from '../../graph/ir';
import type { MaxPoolAttributes, OpAttributes } from '../attributes';

type None = Record<string, never>;
type Pair = readonly [number, number];
type Triple = readonly [number, number, number];
type Shape = readonly number[];

export interface Convolution3dAttributes {
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  readonly groups: number;
}

export interface MaxPool3dAttributes {
  readonly kernel_size: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  readonly ceil_mode: boolean;
}

export interface TraceOnlyAttributes {
  // Volumes, NCDHW.
  /** (input, weight: O×C/groups×kD×kH×kW, bias?: O) */
  conv3d: Convolution3dAttributes;
  /** (input, weight: C×O/groups×kD×kH×kW, bias?: O) */
  conv_transpose3d: Convolution3dAttributes & { readonly output_padding: Triple };
  max_pool3d: MaxPool3dAttributes;
  avg_pool3d: {
    readonly kernel_size: Triple;
    readonly stride: Triple;
    readonly padding: Triple;
    readonly ceil_mode: boolean;
    readonly count_include_pad: boolean;
    readonly divisor_override: number | null;
  };
  adaptive_avg_pool3d: { readonly output_size: Triple };
  adaptive_max_pool3d: { readonly output_size: Triple };
  interpolate3d: {
    readonly size: Triple;
    readonly mode: 'nearest' | 'nearest-exact' | 'trilinear';
    readonly align_corners: boolean;
  };

  // Pooling that tells where its maxima stood: (input) → (output, indices: int64). And back again.
  max_pool2d_with_indices: MaxPoolAttributes;
  max_pool3d_with_indices: MaxPool3dAttributes;
  adaptive_max_pool2d_with_indices: { readonly output_size: Pair };
  adaptive_max_pool3d_with_indices: { readonly output_size: Triple };
  fractional_max_pool2d: { readonly kernel_size: Pair; readonly output_size: Pair };
  fractional_max_pool3d: { readonly kernel_size: Triple; readonly output_size: Triple };
  /** (input: N×C×H×W, indices of the same shape) */
  max_unpool2d: { readonly output_size: Pair };
  max_unpool3d: { readonly output_size: Triple };

  // Picking by computed positions.
  /** (input, index) */
  gather: { readonly dim: number };
  /** (input, index, src?); without src a number is written. */
  scatter: { readonly dim: number; readonly reduce: string | null; readonly value: number };
  /** (input, index: int of one dimension) */
  index_select: { readonly dim: number };
  /** (input, index?, index?, …): one an axis, null where the axis is kept whole. */
  index: None;
  /** (input, values, index?, index?, …) */
  index_put: { readonly accumulate: boolean };
  /** → (values, indices) */
  topk: { readonly k: number; readonly dim: number; readonly largest: boolean };
  /** → (values, indices) */
  sort: { readonly dim: number; readonly descending: boolean };
  /** → (values, indices) */
  cummax: { readonly dim: number };
  /** → (values, indices) */
  cummin: { readonly dim: number };
  /** (sorted_sequence, input) → int64 of the input's shape */
  searchsorted: { readonly right: boolean };

  // Sampling.
  /** (input: N×C×…, grid: N×…×planes) */
  grid_sample: {
    readonly mode: string;
    readonly padding_mode: string;
    readonly align_corners: boolean;
  };

  // Random numbers drawn inside of forward.
  random: {
    readonly shape: Shape;
    readonly dtype: DType;
    readonly distribution: 'uniform' | 'normal' | 'integers' | 'permutation';
  };
  /** (probabilities) → zeros and ones */
  bernoulli: None;
  /** (weights) → int64 */
  multinomial: { readonly num_samples: number };

  // Sequences.
  /**
   * (input, h0, c0?, weights…) → (output, h_n, c_n of an LSTM). `input`: L×N×features, or N×L×features with
   * `batch_first`, or L×features.
   */
  rnn: {
    readonly mode: 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU';
    readonly hidden_size: number;
    readonly proj_size: number;
    readonly num_layers: number;
    readonly bidirectional: boolean;
    readonly batch_first: boolean;
  };
  /** (input: indices, weight, offsets?) → bags × features */
  embedding_bag: { readonly mode: 'sum' | 'mean' | 'max' };
  /** (log_probs: T×N×C, targets) → one number a sample, or one */
  ctc_loss: { readonly reduction: 'none' | 'mean' | 'sum' };

  // Elementwise, one input: integers become float32.
  acos: None;
  asin: None;
  atan: None;
  erfinv: None;
  lgamma: None;
  digamma: None;
  /** (input, other) with broadcasting */
  atan2: None;

  // Matrices: (input: …×M×N).
  linalg_inv: None;
  linalg_det: None;
  linalg_cholesky: None;
  /** (A, B) */
  linalg_solve: None;
  /** → (U, S, Vh) */
  linalg_svd: { readonly full_matrices: boolean };
  /** → (eigenvalues, eigenvectors) */
  linalg_eigh: None;
  /** → (Q, R) */
  linalg_qr: { readonly mode: 'reduced' | 'complete' };
}

export type TraceOnlyOpName = keyof TraceOnlyAttributes;
export type TracedOpAttributes = OpAttributes & TraceOnlyAttributes;
/** Every op that a trace may hold. */
export type TracedOpName = keyof TracedOpAttributes;
