/**
 * @file Every elementwise op is one WGSL expression here. `a`, `b`, `c` are the inputs, already converted to the
 * compute type `V` (a vector of four, or one scalar of type `S`); numbers of the attributes are in `params`.
 * Conditions are written with `select`, never `max` against a constant, so that NaN stays NaN.
 */
import type { GraphNode } from '../../../core/graph/ir';
import type { OpAttributes, OpName } from '../../../core/ops/attributes';
import { elementwiseDispatch } from './elementwiseDispatch';
import type { KernelContext, KernelRule, Lowering, TypeOf } from './kernel';

export interface ElementwiseRow<K extends OpName> {
  readonly wgsl: string | ((attributes: OpAttributes[K]) => string);
  /** float32 numbers that the expression reads as `params.<name>`. */
  readonly params?: (attributes: OpAttributes[K]) => Readonly<Record<string, number>>;
  /** The expression is a condition: computed in the inputs' type, stored as 0 or 1. */
  readonly condition?: true;
}

type Rows<K extends OpName> = { readonly [P in K]: ElementwiseRow<P> };

const largest = 3.4028234663852886e38;

const unary = {
  neg: { wgsl: '-a' },
  abs: { wgsl: 'abs(a)' },
  exp: { wgsl: 'exp(a)' },
  log: { wgsl: 'log(a)' },
  sqrt: { wgsl: 'sqrt(a)' },
  rsqrt: { wgsl: 'inverseSqrt(a)' },
  reciprocal: { wgsl: '1.0 / a' },
  square: { wgsl: 'a * a' },
  erf: { wgsl: 'erf(a)' },
  sin: { wgsl: 'sin_quadrant(a, 0.0)' },
  cos: { wgsl: 'sin_quadrant(a, 1.0)' },
  floor: { wgsl: 'floor(a)' },
  detach: { wgsl: 'a' },
  relu: { wgsl: 'select(a, V(0), a <= V(0))' },
  relu6: { wgsl: 'select(select(a, V(6), a >= V(6)), V(0), a <= V(0))' },
  sigmoid: { wgsl: 'sigmoid(a)' },
  tanh: { wgsl: 'tanh_exact(a)' },
  silu: { wgsl: 'a * sigmoid(a)' },
  hardswish: { wgsl: 'a * clamp(a + 3.0, V(0), V(6)) / 6.0' },
  hardsigmoid: { wgsl: 'clamp(a + 3.0, V(0), V(6)) / 6.0' },
  softplus: { wgsl: 'max(a, V(0)) + log1p(exp(-abs(a)))' },
  logical_not: { wgsl: 'a == V(0)', condition: true },
  leaky_relu: {
    wgsl: 'select(a * params.slope, a, a > V(0))',
    params: ({ negative_slope }) => ({ slope: negative_slope }),
  },
  elu: { wgsl: 'select(params.alpha * expm1(a), a, a > V(0))', params: ({ alpha }) => ({ alpha }) },
  gelu: {
    wgsl: ({ approximate }) =>
      approximate === 'none'
        ? '0.5 * a * (1.0 + erf(a * 0.70710678118654752))'
        : '0.5 * a * (1.0 + gelu_tanh_inner(a))',
  },
  hardtanh: {
    wgsl: 'clamp(a, V(S(params.low)), V(S(params.high)))',
    params: ({ min_val, max_val }) => ({ low: min_val, high: max_val }),
  },
  clamp: {
    wgsl: 'min(max(a, V(S(params.low))), V(S(params.high)))',
    params: ({ min, max }) => ({ low: min ?? -largest, high: max ?? largest }),
  },
  add_scalar: { wgsl: 'a + V(S(params.value))', params: ({ value }) => ({ value }) },
  mul_scalar: { wgsl: 'a * V(S(params.value))', params: ({ value }) => ({ value }) },
  pow_scalar: {
    // Small whole powers are products: exact to an ulp, and negative bases need no care.
    wgsl: ({ exponent }) =>
      [1, 2, 3, 4].includes(exponent)
        ? new Array(exponent).fill('a').join(' * ')
        : exponent === 0.5
          ? 'sqrt(a)'
          : 'V(power(a, V(params.exponent)))',
    params: ({ exponent }) => ({ exponent }),
  },
  gt_scalar: { wgsl: 'a > V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
  ge_scalar: { wgsl: 'a >= V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
  lt_scalar: { wgsl: 'a < V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
  le_scalar: { wgsl: 'a <= V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
  eq_scalar: { wgsl: 'a == V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
  ne_scalar: { wgsl: 'a != V(S(params.value))', params: ({ value }) => ({ value }), condition: true },
} satisfies Partial<Rows<OpName>>;

const binary = {
  add: { wgsl: 'a + b' },
  sub: { wgsl: 'a - b' },
  mul: { wgsl: 'a * b' },
  div: { wgsl: 'a / b' },
  maximum: { wgsl: 'max(a, b)' },
  minimum: { wgsl: 'min(a, b)' },
  pow: { wgsl: 'V(power(a, b))' },
  gt: { wgsl: 'a > b', condition: true },
  ge: { wgsl: 'a >= b', condition: true },
  lt: { wgsl: 'a < b', condition: true },
  le: { wgsl: 'a <= b', condition: true },
  eq: { wgsl: 'a == b', condition: true },
  ne: { wgsl: 'a != b', condition: true },
  where: { wgsl: 'select(c, b, a != V(0))' },
} satisfies Partial<Rows<OpName>>;

/** `a` is the gradient of the output; `b` the input, or for sigmoid and tanh the output. */
const backward = {
  relu_backward: { wgsl: 'select(a, V(0), b <= V(0))' },
  relu6_backward: { wgsl: 'select(a, V(0), (b <= V(0)) | (b >= V(6)))' },
  leaky_relu_backward: {
    wgsl: 'select(a * params.slope, a, b > V(0))',
    params: ({ negative_slope }) => ({ slope: negative_slope }),
  },
  elu_backward: {
    wgsl: 'select(a * params.alpha * exp(b), a, b > V(0))',
    params: ({ alpha }) => ({ alpha }),
  },
  gelu_backward: {
    // none: Φ(x) + x·φ(x). tanh: with t = tanh(k(x + 0.044715x³)), ½(1 + t) + ½x(1 − t²)·k(1 + 3·0.044715x²).
    wgsl: ({ approximate }) =>
      approximate === 'none'
        ? 'a * (0.5 * (1.0 + erf(b * 0.70710678118654752)) + b * 0.3989422804014327 * exp(-0.5 * b * b))'
        : 'a * (0.5 * (1.0 + gelu_tanh_inner(b)) + 0.5 * b * (1.0 - gelu_tanh_inner(b) * gelu_tanh_inner(b)) ' +
          '* 0.7978845608028654 * (1.0 + 0.134145 * b * b))',
  },
  silu_backward: { wgsl: 'a * sigmoid(b) * (1.0 + b * (1.0 - sigmoid(b)))' },
  hardswish_backward: {
    wgsl: 'select(select(a, a * (b / 3.0 + 0.5), b <= V(3)), V(0), b < V(-3))',
  },
  hardsigmoid_backward: { wgsl: 'select(V(0), a / 6.0, (b > V(-3)) & (b < V(3)))' },
  hardtanh_backward: {
    wgsl: 'select(a, V(0), (b <= V(S(params.low))) | (b >= V(S(params.high))))',
    params: ({ min_val, max_val }) => ({ low: min_val, high: max_val }),
  },
  sigmoid_backward: { wgsl: 'a * b * (1.0 - b)' },
  tanh_backward: { wgsl: 'a * (1.0 - b * b)' },
} satisfies Partial<Rows<OpName>>;

const rows = { ...unary, ...binary, ...backward };

export type ElementwiseOp = keyof typeof rows;

/** Rules of all elementwise ops but `to_dtype`, which may be an alias. */
export const elementwise = Object.fromEntries(
  (Object.keys(rows) as ElementwiseOp[]).map((op) => [op, elementwiseRule]),
) as unknown as { readonly [K in ElementwiseOp]: KernelRule<K> };

/** The row of an op, with its expression spelled out for these attributes. */
export function elementwiseRow(op: OpName, attributes: OpAttributes[OpName]) {
  const row = rows[op as ElementwiseOp] as ElementwiseRow<OpName>;
  return {
    expression: typeof row.wgsl === 'string' ? row.wgsl : row.wgsl(attributes),
    params: row.params?.(attributes) ?? {},
    condition: row.condition ?? false,
  };
}

function elementwiseRule(
  { op, inputs, outputs, attributes }: GraphNode,
  typeOf: TypeOf,
  { channels }: KernelContext,
): Lowering {
  return {
    dispatches: [
      elementwiseDispatch({
        name: op,
        inputs: inputs.map((input) => input!),
        output: outputs[0]!,
        typeOf,
        channels,
        ...elementwiseRow(op, attributes),
      }),
    ],
  };
}
