/** @file ONNX lowerings of matrix products. */
import { type OnnxLowerings, transpose } from './onnxLowering';

export const linear: OnnxLowerings<'linear' | 'matmul'> = {
  linear: (onnx, { inputs: [input, weight, bias], inputTypes }) => {
    if (inputTypes[0]!.shape.length === 2) {
      return [onnx.add('Gemm', [input!, weight!, bias ?? ''], { transB: 1 })];
    }
    const product = onnx.add('MatMul', [input!, transpose(onnx, weight!, [1, 0])]);
    return [bias ? onnx.add('Add', [product, bias]) : product];
  },
  matmul: (onnx, { inputs: [input, other] }) => [onnx.add('MatMul', [input!, other!])],
};
