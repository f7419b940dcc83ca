/** @file ONNX lowerings of ops without tensor inputs. */
import { elementCount } from '../../graph/ir';
import { elementTypeOf, type OnnxLowerings } from './onnxLowering';

export const sources: OnnxLowerings<'constant' | 'full'> = {
  constant: (onnx, { attributes: { shape, dtype, values } }) => {
    const type = elementTypeOf(dtype);
    if (type === 'float32') return [onnx.floats(shape, values)];
    return [type === 'bool' ? onnx.bools(shape, values) : onnx.ints(values.map(Math.trunc), shape)];
  },
  full: (onnx, { attributes: { shape, dtype, value } }) => {
    const type = elementTypeOf(dtype);
    const one = elementCount(shape) === 1 ? shape : [];
    const scalar =
      type === 'float32'
        ? onnx.floats(one, [value])
        : type === 'bool'
          ? onnx.bools(one, [value])
          : onnx.ints([Math.trunc(value)], one);
    return [one === shape ? scalar : onnx.add('Expand', [scalar, onnx.ints(shape)])];
  },
};
