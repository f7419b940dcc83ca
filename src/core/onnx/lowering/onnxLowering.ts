/** @file What a lowering is: one op of ours written as ONNX nodes. */
import type { DType, TensorType } from '../../graph/ir';
import type { OpAttributes, OpName } from '../../ops/attributes';
import type { OptionalType } from '../../ops/opDefinition';
import type { OnnxEmitter } from '../onnxEmitter';
import { type OnnxElementType, onnxElementType } from '../onnxModel';

export interface LoweringCall<K extends OpName> {
  /** ONNX names; '' where an optional input is absent. */
  readonly inputs: readonly string[];
  readonly inputTypes: readonly OptionalType[];
  readonly outputTypes: readonly TensorType[];
  readonly attributes: OpAttributes[K];
}

/** Returns the ONNX name of each output. */
export type OnnxLowering<K extends OpName> = (onnx: OnnxEmitter, call: LoweringCall<K>) => readonly string[];

export type OnnxLowerings<K extends OpName> = { readonly [P in K]: OnnxLowering<P> };

/** How ONNX holds a dtype of ours: every float as float32, every integer as int64, as the backends do. */
export function elementTypeOf(dtype: DType): Exclude<OnnxElementType, 'float64'> {
  if (dtype === 'bool') return 'bool';
  return dtype.startsWith('float') || dtype === 'bfloat16' ? 'float32' : 'int64';
}

/** `value` as elements of type `to`; itself where it already has that type. */
export function cast(onnx: OnnxEmitter, value: string, from: DType, to: OnnxElementType): string {
  return elementTypeOf(from) === to ? value : onnx.add('Cast', [value], { to: onnxElementType[to] });
}

/** As ONNX has it: 0 copies the input's size of that axis, −1 is what is left. */
export function reshape(onnx: OnnxEmitter, value: string, shape: readonly number[]): string {
  return onnx.add('Reshape', [value, onnx.ints(shape)]);
}

export function transpose(onnx: OnnxEmitter, value: string, perm: readonly number[]): string {
  return onnx.add('Transpose', [value], { perm });
}

export function sumOver(
  onnx: OnnxEmitter,
  value: string,
  axes: readonly number[],
  keepdims: boolean,
): string {
  if (axes.length === 0) return value;
  return onnx.add('ReduceSum', [value, onnx.ints(axes)], { keepdims: keepdims ? 1 : 0 });
}

/** `value[…, start:end:step, …]` along `axis`. */
export function sliceAxis(
  onnx: OnnxEmitter,
  value: string,
  axis: number,
  start: number,
  end: number,
  step = 1,
): string {
  const steps = step === 1 ? [] : [onnx.ints([step])];
  return onnx.add('Slice', [value, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis]), ...steps]);
}

/** Adds `before[i]` and `after[i]` zeros along each axis; negative counts crop. */
export function padZeros(
  onnx: OnnxEmitter,
  value: string,
  before: readonly number[],
  after: readonly number[],
): string {
  if ([...before, ...after].every((count) => count === 0)) return value;
  return onnx.add('Pad', [value, onnx.ints([...before, ...after])], { mode: 'constant' });
}
