import { describe, expect, test } from 'vitest';
import type { DType, TensorType } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import { bool, float32, int64, promoteDTypes, resultType } from '../../../src/core/ops/typeRules';

const dtypes: readonly DType[] = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** `torch.promote_types` of row and column, in the order above. */
const promotions = `
f64 f64 f64 f64 f64 f64 f64 f64 f64 f64
f64 f32 f32 f32 f32 f32 f32 f32 f32 f32
f64 f32 f16 f32 f16 f16 f16 f16 f16 f16
f64 f32 f32 b16 b16 b16 b16 b16 b16 b16
f64 f32 f16 b16 i64 i64 i64 i64 i64 i64
f64 f32 f16 b16 i64 i32 i32 i32 i32 i32
f64 f32 f16 b16 i64 i32 i16 i16 i16 i16
f64 f32 f16 b16 i64 i32 i16 i8  i16 i8
f64 f32 f16 b16 i64 i32 i16 i16 u8  u8
f64 f32 f16 b16 i64 i32 i16 i8  u8  bool`;

const short = (dtype: DType) =>
  dtype.replace('bfloat', 'b').replace('float', 'f').replace('uint', 'u').replace('int', 'i');

test('promoteDTypes is torch.promote_types', () => {
  const rows = dtypes.map((a) =>
    dtypes
      .map((b) => short(promoteDTypes(a, b)).padEnd(3))
      .join(' ')
      .trimEnd(),
  );
  expect(`\n${rows.join('\n')}`).toBe(promotions);
});

test('a tensor without dimensions counts only where its kind is above the others', () => {
  const scalar = (dtype: DType): TensorType => ({ shape: [], dtype });
  expect(resultType([float32(3), scalar('float64')])).toBe('float32');
  expect(resultType([int64(3), scalar('float64')])).toBe('float64');
  expect(resultType([{ shape: [3], dtype: 'uint8' }, scalar('int64')])).toBe('uint8');
  expect(resultType([bool(3), scalar('int64')])).toBe('int64');
  expect(resultType([scalar('int64'), scalar('float32')])).toBe('float32');
});

describe('dtypes of results', () => {
  const one = (op: 'exp' | 'neg' | 'square' | 'relu', dtype: DType) =>
    registry[op].infer([{ shape: [2], dtype }], {})[0]!.dtype;

  test('functions of floats make float32 of integers', () => {
    expect(one('exp', 'int64')).toBe('float32');
    expect(one('exp', 'float16')).toBe('float16');
    expect(one('neg', 'uint8')).toBe('uint8');
    expect(one('square', 'bool')).toBe('int64');
    expect(one('relu', 'int64')).toBe('int64');
  });

  test('numbers keep integers while they are whole', () => {
    const add = (dtype: DType, value: number) =>
      registry.add_scalar.infer([{ shape: [2], dtype }], { value })[0]!.dtype;
    expect(add('int64', 1)).toBe('int64');
    expect(add('uint8', 1)).toBe('uint8');
    expect(add('bool', 1)).toBe('int64');
    expect(add('int64', 1.5)).toBe('float32');
    expect(add('float16', 1.5)).toBe('float16');
  });

  test('division gives floats, comparisons bool, sums of integers int64', () => {
    expect(registry.div.infer([int64(2), int64(2)], {})[0]!.dtype).toBe('float32');
    expect(registry.gt.infer([int64(2), float32(2)], {})[0]!.dtype).toBe('bool');
    expect(registry.sum.infer([bool(2)], { dim: [0], keepdim: false })[0]!.dtype).toBe('int64');
  });
});
