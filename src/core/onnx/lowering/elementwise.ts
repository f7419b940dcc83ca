/** @file ONNX lowerings of elementwise ops that are not activations. */
import type { DType } from '../../graph/ir';
import type { OpName } from '../../ops/attributes';
import type { OnnxEmitter } from '../onnxEmitter';
import {
  cast,
  elementTypeOf,
  type LoweringCall,
  type OnnxLowering,
  type OnnxLowerings,
} from './onnxLowering';

type UnaryName =
  | 'neg'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'reciprocal'
  | 'square'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'floor'
  | 'detach'
  | 'logical_not'
  | 'clamp'
  | 'add_scalar'
  | 'mul_scalar'
  | 'pow_scalar'
  | 'gt_scalar'
  | 'ge_scalar'
  | 'lt_scalar'
  | 'le_scalar'
  | 'eq_scalar'
  | 'ne_scalar'
  | 'to_dtype';
type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'maximum'
  | 'minimum'
  | 'pow'
  | 'gt'
  | 'ge'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne'
  | 'where';

/**
 * A function of one float tensor. Integers pass through float32 and come back as what the type rule says,
 * since ONNX Runtime has few of these for integers.
 */
export function unary<K extends OpName>(
  body: (onnx: OnnxEmitter, x: string, attributes: LoweringCall<K>['attributes']) => string,
): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes, outputTypes, attributes }) => {
    const x = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, 'float32');
    const to = elementTypeOf(outputTypes[0]!.dtype);
    return [cast(onnx, body(onnx, x, attributes), 'float32', to)];
  };
}

function named<K extends OpName>(op: string): OnnxLowering<K> {
  return unary((onnx, x) => onnx.add(op, [x]));
}

/** Both operands as the elements of the result. */
function arithmetic<K extends OpName>(op: string): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes, outputTypes }) => {
    const to = elementTypeOf(outputTypes[0]!.dtype);
    return [
      onnx.add(
        op,
        [0, 1].map((i) => cast(onnx, inputs[i]!, inputTypes[i]!.dtype, to)),
      ),
    ];
  };
}

const comparisonOps = {
  gt: 'Greater',
  ge: 'GreaterOrEqual',
  lt: 'Less',
  le: 'LessOrEqual',
  eq: 'Equal',
  ne: 'Equal',
} as const;
type Comparison = keyof typeof comparisonOps;

function compare(onnx: OnnxEmitter, comparison: Comparison, a: string, b: string): string {
  const holds = onnx.add(comparisonOps[comparison], [a, b]);
  return comparison === 'ne' ? onnx.add('Not', [holds]) : holds;
}

/** Compares as floats where either is a float, else as integers. */
function comparing<K extends OpName>(comparison: Comparison): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes }) => {
    const dtypes = [inputTypes[0]!.dtype, inputTypes[1]!.dtype];
    const to = dtypes.some((dtype) => elementTypeOf(dtype) === 'float32') ? 'float32' : 'int64';
    return [compare(onnx, comparison, ...both((i) => cast(onnx, inputs[i]!, dtypes[i]!, to)))];
  };
}

function both(operand: (index: number) => string): [string, string] {
  return [operand(0), operand(1)];
}

type ScalarComparison = `${Comparison}_scalar`;

function comparingScalar<K extends ScalarComparison>(comparison: Comparison): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes, attributes }) => {
    const { value } = attributes as { value: number };
    const [x, scalar] = withScalar(onnx, inputs[0]!, inputTypes[0]!.dtype, value);
    return [compare(onnx, comparison, x, scalar)];
  };
}

/** `x` and `value` as one element type: integers stay integers unless `value` is a fraction. */
function withScalar(onnx: OnnxEmitter, x: string, dtype: DType, value: number): [string, string] {
  if (elementTypeOf(dtype) !== 'float32' && Number.isInteger(value)) {
    return [cast(onnx, x, dtype, 'int64'), onnx.ints([value], [])];
  }
  return [cast(onnx, x, dtype, 'float32'), onnx.float(value)];
}

function scalarArithmetic<K extends 'add_scalar' | 'mul_scalar'>(op: 'Add' | 'Mul'): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes, outputTypes, attributes }) => {
    const { value } = attributes as { value: number };
    const to = elementTypeOf(outputTypes[0]!.dtype);
    const x = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, to);
    return [onnx.add(op, [x, to === 'int64' ? onnx.ints([value], []) : onnx.float(value)])];
  };
}

export const elementwise: OnnxLowerings<UnaryName | BinaryName> = {
  neg: named('Neg'),
  abs: named('Abs'),
  exp: named('Exp'),
  log: named('Log'),
  sqrt: named('Sqrt'),
  rsqrt: unary((onnx, x) => onnx.add('Reciprocal', [onnx.add('Sqrt', [x])])),
  reciprocal: named('Reciprocal'),
  square: unary((onnx, x) => onnx.add('Mul', [x, x])),
  erf: named('Erf'),
  sin: named('Sin'),
  cos: named('Cos'),
  floor: named('Floor'),
  detach: named('Identity'),
  logical_not: (onnx, { inputs, inputTypes }) => [
    onnx.add('Not', [cast(onnx, inputs[0]!, inputTypes[0]!.dtype, 'bool')]),
  ],
  clamp: unary((onnx, x, { min, max }) =>
    onnx.add('Clip', [x, min === null ? '' : onnx.float(min), max === null ? '' : onnx.float(max)]),
  ),
  add_scalar: scalarArithmetic('Add'),
  mul_scalar: scalarArithmetic('Mul'),
  pow_scalar: unary((onnx, x, { exponent }) => {
    if (exponent === 2) return onnx.add('Mul', [x, x]);
    if (exponent === 0.5) return onnx.add('Sqrt', [x]);
    return onnx.add('Pow', [x, onnx.float(exponent)]);
  }),
  gt_scalar: comparingScalar('gt'),
  ge_scalar: comparingScalar('ge'),
  lt_scalar: comparingScalar('lt'),
  le_scalar: comparingScalar('le'),
  eq_scalar: comparingScalar('eq'),
  ne_scalar: comparingScalar('ne'),
  to_dtype: (onnx, { inputs, inputTypes, attributes }) => [
    cast(onnx, inputs[0]!, inputTypes[0]!.dtype, elementTypeOf(attributes.dtype)),
  ],

  add: arithmetic('Add'),
  sub: arithmetic('Sub'),
  mul: arithmetic('Mul'),
  div: arithmetic('Div'),
  maximum: arithmetic('Max'),
  minimum: arithmetic('Min'),
  pow: arithmetic('Pow'),
  gt: comparing('gt'),
  ge: comparing('ge'),
  lt: comparing('lt'),
  le: comparing('le'),
  eq: comparing('eq'),
  ne: comparing('ne'),
  where: (onnx, { inputs, inputTypes, outputTypes }) => {
    const to = elementTypeOf(outputTypes[0]!.dtype);
    const condition = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, 'bool');
    const [yes, no] = both((i) => cast(onnx, inputs[i + 1]!, inputTypes[i + 1]!.dtype, to));
    if (to !== 'bool') return [onnx.add('Where', [condition, yes, no])];
    // ONNX Runtime has no Where for bool: (condition ∧ yes) ∨ (¬condition ∧ no).
    const otherwise = onnx.add('And', [onnx.add('Not', [condition]), no]);
    return [onnx.add('Or', [onnx.add('And', [condition, yes]), otherwise])];
  },
};
