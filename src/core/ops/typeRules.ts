/** @file Rules of shape and dtype that many ops share, with PyTorch's words where they are broken. */
import type { DType, TensorType } from '../graph/ir';
import { type OptionalType, ShapeError } from './opDefinition';

type Shape = readonly number[];

/** `[8, 3, 3, 3]`, as PyTorch prints sizes. */
export function sizes(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** PyTorch's C++ names, which its "not implemented for" messages use. */
const scalarTypeNames: Readonly<Record<DType, string>> = {
  float64: 'Double',
  float32: 'Float',
  float16: 'Half',
  bfloat16: 'BFloat16',
  int64: 'Long',
  int32: 'Int',
  int16: 'Short',
  int8: 'Char',
  uint8: 'Byte',
  bool: 'Bool',
};

/** An input that the op cannot do without. @throws Error when it is absent, which is the caller's fault. */
export function inputAt(inputs: readonly OptionalType[], index: number): TensorType {
  const input = inputs[index];
  if (!input) throw new Error(`input ${index} is missing`);
  return input;
}

export function isFloating(dtype: DType): boolean {
  return dtype === 'float64' || dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16';
}

/** What a function that only floats have gives: integers and bool become the default dtype. */
export function floatingResult(dtype: DType): DType {
  return isFloating(dtype) ? dtype : 'float32';
}

/** @throws ShapeError as the kernel `kernel` of PyTorch would for a dtype that it lacks. */
export function requireFloating(dtype: DType, kernel: string): DType {
  if (!isFloating(dtype)) {
    throw new ShapeError(`"${kernel}" not implemented for '${scalarTypeNames[dtype]}'`);
  }
  return dtype;
}

export function scalarTypeName(dtype: DType): string {
  return scalarTypeNames[dtype];
}

/** The names of C++'s types, which its convolutions use. */
const spokenTypeNames: Readonly<Record<DType, string>> = {
  float64: 'double',
  float32: 'float',
  float16: 'c10::Half',
  bfloat16: 'c10::BFloat16',
  int64: 'long int',
  int32: 'int',
  int16: 'short int',
  int8: 'signed char',
  uint8: 'unsigned char',
  bool: 'bool',
};

export function spokenTypeName(dtype: DType): string {
  return spokenTypeNames[dtype];
}

const integerWidth: Readonly<Partial<Record<DType, number>>> = { int8: 8, int16: 16, int32: 32, int64: 64 };
const floatRank: readonly DType[] = ['float16', 'bfloat16', 'float32', 'float64'];

/** The smallest dtype that holds both, by PyTorch's table. */
export function promoteDTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isFloating(a) || isFloating(b)) {
    if (!isFloating(b)) return a;
    if (!isFloating(a)) return b;
    // Neither half format holds the other.
    const rank = Math.max(floatRank.indexOf(a), floatRank.indexOf(b));
    return floatRank[Math.max(rank, rank === 1 ? 2 : 0)]!;
  }
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  // uint8 and int8 meet in int16; every wider signed integer holds uint8.
  const width = (dtype: DType) => integerWidth[dtype] ?? 9;
  const widest = Math.max(width(a), width(b));
  return widest === 9 ? 'int16' : width(a) >= width(b) ? a : b;
}

const category = (dtype: DType) => (isFloating(dtype) ? 2 : dtype === 'bool' ? 0 : 1);

/**
 * `torch.result_type` for tensors: a tensor without dimensions counts only where its kind (bool, integer,
 * float) is above that of the tensors with dimensions.
 */
export function resultType(inputs: readonly TensorType[]): DType {
  const promoteAll = (types: readonly TensorType[]) =>
    types.length === 0 ? null : types.map((type) => type.dtype).reduce(promoteDTypes);
  const dimensioned = promoteAll(inputs.filter((type) => type.shape.length > 0));
  const scalar = promoteAll(inputs.filter((type) => type.shape.length === 0));
  if (dimensioned === null || scalar === null) {
    const only = dimensioned ?? scalar;
    if (only === null) throw new Error('an op without inputs has no result type');
    return only;
  }
  return category(scalar) > category(dimensioned) ? promoteDTypes(scalar, dimensioned) : dimensioned;
}

/** NumPy's broadcasting. @throws ShapeError naming the first axis, from the right, that does not fit. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = rank - 1; axis >= 0; axis--) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `The size of tensor a (${left}) must match the size of tensor b (${right}) at non-singleton dimension ${axis}`,
      );
    }
    result[axis] = left === 1 ? right : left;
  }
  return result;
}

/**
 * Dimensions in attributes are non-negative: whoever traces a call resolves negative ones, and leaves those out
 * of range as they are, to be refused here.
 */
export function checkDimension(dim: number, rank: number): void {
  // PyTorch lets a tensor without dimensions be addressed as if it had one.
  const range = Math.max(rank, 1);
  if (dim < -range || dim >= range) {
    throw new ShapeError(
      `Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim})`,
    );
  }
  if (dim < 0) throw new Error(`dimension ${dim} was not resolved to a non-negative one`);
}

export function checkDimensions(dims: readonly number[], rank: number): void {
  const seen = new Set<number>();
  for (const dim of dims) {
    checkDimension(dim, rank);
    if (seen.has(dim)) throw new ShapeError(`dim ${dim} appears multiple times in the list of dims`);
    seen.add(dim);
  }
}

/** Types for examples. */
export function float32(...shape: number[]): TensorType {
  return { shape, dtype: 'float32' };
}

export function int64(...shape: number[]): TensorType {
  return { shape, dtype: 'int64' };
}

export function bool(...shape: number[]): TensorType {
  return { shape, dtype: 'bool' };
}
