/** @file ONNX lowerings of reductions, softmax and its gradient. */
import type { ReduceAttributes } from '../../ops/attributes';
import type { OnnxEmitter } from '../onnxEmitter';
import { cast, elementTypeOf, type OnnxLowering, type OnnxLowerings, sumOver } from './onnxLowering';

type ReduceName =
  | 'sum'
  | 'mean'
  | 'amax'
  | 'amin'
  | 'argmax'
  | 'softmax'
  | 'log_softmax'
  | 'softmax_backward'
  | 'log_softmax_backward';

/** Until opset 18 these take their axes as an attribute. */
function reduction<K extends 'mean' | 'amax' | 'amin'>(op: string): OnnxLowering<K> {
  return (onnx, { inputs, inputTypes, outputTypes, attributes }) => {
    const { dim, keepdim } = attributes as ReduceAttributes;
    const x = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, elementTypeOf(outputTypes[0]!.dtype));
    return [dim.length === 0 ? x : onnx.add(op, [x], { axes: dim, keepdims: keepdim ? 1 : 0 })];
  };
}

export const reduce: OnnxLowerings<ReduceName> = {
  sum: (onnx, { inputs, inputTypes, outputTypes, attributes: { dim, keepdim } }) => {
    const x = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, elementTypeOf(outputTypes[0]!.dtype));
    return [sumOver(onnx, x, dim, keepdim)];
  },
  mean: reduction('ReduceMean'),
  amax: reduction('ReduceMax'),
  amin: reduction('ReduceMin'),
  argmax: (onnx, { inputs, inputTypes, attributes: { dim, keepdim } }) => {
    const x = cast(onnx, inputs[0]!, inputTypes[0]!.dtype, 'float32');
    return [onnx.add('ArgMax', [x], { axis: dim, keepdims: keepdim ? 1 : 0 })];
  },
  softmax: (onnx, { inputs, attributes: { dim } }) => [onnx.add('Softmax', [inputs[0]!], { axis: dim })],
  log_softmax: (onnx, { inputs, attributes: { dim } }) => [
    onnx.add('LogSoftmax', [inputs[0]!], { axis: dim }),
  ],
  // y·(g − Σ g·y)
  softmax_backward: (onnx, { inputs: [grad, output], attributes: { dim } }) => {
    const total = sumAlong(onnx, onnx.add('Mul', [grad!, output!]), dim);
    return [onnx.add('Mul', [output!, onnx.add('Sub', [grad!, total])])];
  },
  // g − exp(y)·Σ g
  log_softmax_backward: (onnx, { inputs: [grad, output], attributes: { dim } }) => {
    const total = sumAlong(onnx, grad!, dim);
    return [onnx.add('Sub', [grad!, onnx.add('Mul', [onnx.add('Exp', [output!]), total])])];
  },
};

function sumAlong(onnx: OnnxEmitter, value: string, dim: number): string {
  return sumOver(onnx, value, [dim], true);
}
