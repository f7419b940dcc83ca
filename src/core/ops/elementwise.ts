/** @file Elementwise arithmetic and comparisons: rows of one table, each with its gradient. */
import type { DType, TensorType } from '../graph/ir';
import { Algebra } from './algebra';
import type { OpRegistry } from './opDefinition';
import { ShapeError } from './opDefinition';
import { binary, keepDType, toBool, toFloating, unary } from './rows';
import { bool, broadcastShapes, float32, inputAt, isFloating, resultType, scalarTypeName } from './typeRules';

/** `tensor ∘ number`: an integer tensor stays one while the number is whole, bool becomes int64. */
const withNumber = (dtype: DType, value: number): DType =>
  isFloating(dtype) ? dtype : Number.isInteger(value) ? (dtype === 'bool' ? 'int64' : dtype) : 'float32';

const noBool =
  (message: string) =>
  (dtype: DType): DType => {
    if (dtype === 'bool') throw new ShapeError(message);
    return dtype;
  };

const comparisonValues: readonly { value: number }[] = [{ value: 0 }, { value: 0.5 }];

type UnaryOps =
  | (
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
    )
  | ('logical_not' | 'clamp' | 'add_scalar' | 'mul_scalar' | 'pow_scalar' | 'to_dtype')
  | ('gt_scalar' | 'ge_scalar' | 'lt_scalar' | 'le_scalar' | 'eq_scalar' | 'ne_scalar');
type BinaryOps =
  | ('add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum' | 'pow')
  | ('gt' | 'ge' | 'lt' | 'le' | 'eq' | 'ne');

const unaryRows: Pick<OpRegistry, UnaryOps> = {
  neg: unary<'neg'>({
    doc: 'Changes the sign of every element.',
    dtype: noBool(
      'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    ),
    gradient: (a, { g }) => a.neg(g),
    examples: [{}],
  }),
  abs: unary<'abs'>({
    doc: 'Absolute value of every element.',
    dtype: noBool(`"abs_cpu" not implemented for 'Bool'`),
    // d|x| = sign(x) dx, and 0 at 0
    gradient: (a, { x, g }) => a.where(a.gtScalar(x, 0), g, a.keepWhere(a.ltScalar(x, 0), a.neg(g))),
    examples: [{}],
  }),
  exp: unary<'exp'>({
    doc: 'e to the power of every element.',
    dtype: toFloating,
    gradient: (a, { y, g }) => a.mul(g, y),
    examples: [{}],
  }),
  log: unary<'log'>({
    doc: 'Natural logarithm of every element.',
    dtype: toFloating,
    gradient: (a, { x, g }) => a.div(g, x),
    examples: [{}],
  }),
  sqrt: unary<'sqrt'>({
    doc: 'Square root of every element.',
    dtype: toFloating,
    // dy = dx / (2y)
    gradient: (a, { y, g }) => a.div(a.scale(g, 0.5), y),
    examples: [{}],
  }),
  rsqrt: unary<'rsqrt'>({
    doc: 'One over the square root of every element.',
    dtype: toFloating,
    // y = x^(−1/2), dy = −½ y³ dx
    gradient: (a, { y, g }) => a.mul(a.scale(g, -0.5), a.power(y, 3)),
    examples: [{}],
  }),
  reciprocal: unary<'reciprocal'>({
    doc: 'One over every element.',
    dtype: toFloating,
    // dy = −y² dx
    gradient: (a, { y, g }) => a.neg(a.mul(g, a.square(y))),
    examples: [{}],
  }),
  square: unary<'square'>({
    doc: 'Every element times itself.',
    dtype: (dtype) => (dtype === 'bool' ? 'int64' : dtype),
    gradient: (a, { x, g }) => a.mul(g, a.scale(x, 2)),
    examples: [{}],
  }),
  erf: unary<'erf'>({
    doc: 'The error function of every element.',
    dtype: toFloating,
    // dy = 2/√π · exp(−x²) dx
    gradient: (a, { x, g }) => a.mul(g, a.scale(a.exp(a.neg(a.square(x))), 2 / Math.sqrt(Math.PI))),
    examples: [{}],
  }),
  sin: unary<'sin'>({
    doc: 'Sine of every element, in radians.',
    dtype: toFloating,
    gradient: (a, { x, g }) => a.mul(g, a.builder.add('cos', [x], {})),
    examples: [{}],
  }),
  cos: unary<'cos'>({
    doc: 'Cosine of every element, in radians.',
    dtype: toFloating,
    gradient: (a, { x, g }) => a.neg(a.mul(g, a.builder.add('sin', [x], {}))),
    examples: [{}],
  }),
  floor: unary<'floor'>({
    doc: 'The largest whole number not above each element.',
    dtype: noBool(`"floor_vml_cpu" not implemented for 'Bool'`),
    gradient: null,
    examples: [{}],
  }),
  detach: unary<'detach'>({
    doc: 'The same elements, through which no gradient flows.',
    dtype: keepDType,
    gradient: null,
    examples: [{}],
  }),
  logical_not: unary<'logical_not'>({
    doc: 'True where the element is 0 or False.',
    dtype: toBool,
    gradient: null,
    examples: [{}],
    exampleInput: bool(3, 5),
  }),
  clamp: unary<'clamp'>({
    doc: 'Limits every element to [min, max].',
    dtype: (dtype) => (dtype === 'bool' ? 'int64' : dtype),
    // dy = dx within the limits, both included
    gradient(a, { x, g, attributes: { min, max } }) {
      const above = min === null ? g : a.keepWhere(a.geScalar(x, min), g);
      return max === null ? above : a.keepWhere(a.leScalar(x, max), above);
    },
    examples: [
      { min: -0.5, max: 0.75 },
      { min: 0, max: null },
      { min: null, max: 1 },
    ],
  }),
  add_scalar: unary<'add_scalar'>({
    doc: 'Adds a number to every element.',
    dtype: (dtype, { value }) => withNumber(dtype, value),
    gradient: (_, { g }) => g,
    examples: [{ value: 1.5 }],
  }),
  mul_scalar: unary<'mul_scalar'>({
    doc: 'Multiplies every element by a number.',
    dtype: (dtype, { value }) => withNumber(dtype, value),
    gradient: (a, { g, attributes: { value } }) => a.scale(g, value),
    examples: [{ value: -0.3 }],
  }),
  pow_scalar: unary<'pow_scalar'>({
    doc: 'Every element to a fixed power.',
    dtype(dtype, { exponent }) {
      if (!isFloating(dtype) && Number.isInteger(exponent) && exponent < 0) {
        throw new ShapeError('Integers to negative integer powers are not allowed.');
      }
      return withNumber(dtype, exponent);
    },
    // dy = k xᵏ⁻¹ dx
    gradient: (a, { x, g, attributes: { exponent } }) =>
      exponent === 0
        ? a.full(a.shape(x), 0, a.builder.type(x).dtype)
        : a.mul(g, a.scale(a.power(x, exponent - 1), exponent)),
    examples: [{ exponent: 2 }, { exponent: 3 }, { exponent: 0.5 }, { exponent: -1.5 }, { exponent: 0 }],
  }),
  to_dtype: unary<'to_dtype'>({
    doc: 'Converts every element to another dtype.',
    dtype: (_, { dtype }) => dtype,
    gradient: (a, { x, g }) => a.cast(g, a.builder.type(x).dtype),
    examples: [{ dtype: 'float32' }, { dtype: 'int64' }, { dtype: 'bool' }],
  }),
  gt_scalar: unary<'gt_scalar'>({
    doc: 'True where the element is greater than a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
  ge_scalar: unary<'ge_scalar'>({
    doc: 'True where the element is greater than or equal to a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
  lt_scalar: unary<'lt_scalar'>({
    doc: 'True where the element is less than a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
  le_scalar: unary<'le_scalar'>({
    doc: 'True where the element is less than or equal to a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
  eq_scalar: unary<'eq_scalar'>({
    doc: 'True where the element equals a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
  ne_scalar: unary<'ne_scalar'>({
    doc: 'True where the element differs from a number.',
    dtype: toBool,
    gradient: null,
    examples: comparisonValues,
  }),
};

const binaryRows: Pick<OpRegistry, BinaryOps> = {
  add: binary<'add'>({
    doc: 'Sum, element by element, with broadcasting.',
    dtype: keepDType,
    gradient: (_, { g }) => [g, g],
  }),
  sub: binary<'sub'>({
    doc: 'Difference, element by element, with broadcasting.',
    dtype: keepDType,
    check: refuseBoolSubtraction,
    gradient: (a, { g }) => [g, a.neg(g)],
  }),
  mul: binary<'mul'>({
    doc: 'Product, element by element, with broadcasting.',
    dtype: keepDType,
    gradient: (a, { x, z, g }) => [a.mul(g, z), a.mul(g, x)],
  }),
  div: binary<'div'>({
    doc: 'Quotient, element by element, with broadcasting.',
    dtype: toFloating,
    // y = x/z: dx = g/z, dz = −g·y/z
    gradient(a, { z, y, g }) {
      const dx = a.div(g, z);
      return [dx, a.neg(a.mul(dx, y))];
    },
  }),
  maximum: binary<'maximum'>({
    doc: 'The larger of two elements, with broadcasting.',
    dtype: keepDType,
    // The gradient goes to the larger; equals share it by halves.
    gradient: (a, { x, z, g }) => [
      sharedWhere(a, a.gt(x, z), a.eq(x, z), g),
      sharedWhere(a, a.gt(z, x), a.eq(x, z), g),
    ],
  }),
  minimum: binary<'minimum'>({
    doc: 'The smaller of two elements, with broadcasting.',
    dtype: keepDType,
    gradient: (a, { x, z, g }) => [
      sharedWhere(a, a.gt(z, x), a.eq(x, z), g),
      sharedWhere(a, a.gt(x, z), a.eq(x, z), g),
    ],
  }),
  pow: binary<'pow'>({
    doc: 'The first element to the power of the second, with broadcasting.',
    dtype: noBool(`"pow" not implemented for 'Bool'`),
    // y = xᶻ: dx = g·z·xᶻ⁻¹ (0 where z = 0), dz = g·y·ln x (0 where x = 0 ≤ z)
    gradient(a, { x, z, y, g }) {
      const zero = a.full([], 0, a.builder.type(g).dtype);
      const slope = a.mul(z, a.builder.add('pow', [x, a.shift(z, -1)], {}));
      const dx = a.where(a.eqScalar(z, 0), zero, a.mul(g, slope));
      const dz = a.mul(g, a.mul(y, a.log(x)));
      return [dx, a.where(a.eqScalar(x, 0), a.where(a.geScalar(z, 0), zero, dz), dz)];
    },
  }),
  gt: binary<'gt'>({
    doc: 'True where the first element is greater, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
  ge: binary<'ge'>({
    doc: 'True where the first element is greater or equal, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
  lt: binary<'lt'>({
    doc: 'True where the first element is less, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
  le: binary<'le'>({
    doc: 'True where the first element is less or equal, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
  eq: binary<'eq'>({
    doc: 'True where both elements are equal, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
  ne: binary<'ne'>({
    doc: 'True where the elements differ, with broadcasting.',
    dtype: toBool,
    gradient: null,
  }),
};

function refuseBoolSubtraction(input: TensorType, other: TensorType): void {
  const bools = [input, other].filter(({ dtype }) => dtype === 'bool').length;
  if (bools === 2) {
    throw new ShapeError(
      'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
    );
  }
  if (bools === 1) {
    throw new ShapeError(
      'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    );
  }
}

/** g where `whole`, g/2 where `half`, else 0. */
function sharedWhere(a: Algebra, whole: number, half: number, g: number): number {
  return a.where(whole, g, a.keepWhere(half, a.scale(g, 0.5)));
}

const where: OpRegistry['where'] = {
  doc: 'The second input where the condition holds, else the third, with broadcasting.',
  infer(inputs) {
    const condition = inputAt(inputs, 0);
    const input = inputAt(inputs, 1);
    const other = inputAt(inputs, 2);
    if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
      throw new ShapeError(
        `where expected condition to be a boolean tensor, but got a tensor with dtype ${scalarTypeName(condition.dtype)}`,
      );
    }
    const shape = broadcastShapes(broadcastShapes(condition.shape, input.shape), other.shape);
    return [{ shape, dtype: resultType([input, other]) }];
  },
  gradient(builder, node, [g]) {
    if (g == null) return [null, null, null];
    const a = new Algebra(builder);
    const [condition, input, other] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2]!];
    const zero = a.full([], 0, builder.type(g).dtype);
    return [
      null,
      a.sumTo(a.where(condition, g, zero), builder.shape(input)),
      a.sumTo(a.where(condition, zero, g), builder.shape(other)),
    ];
  },
  examples: [
    { inputs: [bool(3, 5), float32(3, 5), float32(3, 5)], attributes: {} },
    { inputs: [bool(3, 1), float32(2, 1, 5), float32()], attributes: {} },
  ],
};

export const elementwise: Pick<OpRegistry, UnaryOps | BinaryOps | 'where'> = {
  ...unaryRows,
  ...binaryRows,
  where,
};
