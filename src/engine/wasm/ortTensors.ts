/** @file Our dense arrays as ONNX Runtime's tensors and back: int64 there is Int32Array here, bool is 0/1. */
import type { Tensor } from 'onnxruntime-web/wasm';
import { type DType, elementCount, type TensorType } from '../../core/graph/ir';
import { elementTypeOf } from '../../core/onnx/lowering/onnxLowering';
import type { TensorData } from '../backend';
import type { Ort } from './ortRuntime';

/** @throws RangeError when `data` has another number of elements than `type`. */
export function toOrtTensor(ort: Ort, data: TensorData, { shape, dtype }: TensorType, name: string): Tensor {
  if (data.length !== elementCount(shape)) {
    throw new RangeError(`'${name}' has ${data.length} elements; its shape is [${shape.join(', ')}]`);
  }
  const type = elementTypeOf(dtype);
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  if (type === 'bool')
    return new ort.Tensor(
      'bool',
      Uint8Array.from(data, (value) => (value ? 1 : 0)),
      shape,
    );
  return new ort.Tensor('float32', data instanceof Float32Array ? data : Float32Array.from(data), shape);
}

/** Integers beyond 32 bits wrap. Float data is shared, not copied. */
export function fromOrtTensor(tensor: Tensor, dtype: DType): TensorData {
  switch (elementTypeOf(dtype)) {
    case 'float32':
      return tensor.data as Float32Array<ArrayBuffer>;
    case 'bool':
      return Float32Array.from(tensor.data as Uint8Array);
    case 'int64':
      return Int32Array.from(tensor.data as BigInt64Array, (value) => Number(BigInt.asIntN(32, value)));
  }
}
