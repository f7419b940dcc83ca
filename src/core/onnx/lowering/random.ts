/** @file ONNX lowerings of randomness: masks are fed, since ONNX's own generators are not ours. */
import type { OnnxLowerings } from './onnxLowering';

export const random: OnnxLowerings<'dropout' | 'dropout_mask'> = {
  dropout: (_onnx, { inputs, attributes }) => {
    if (attributes.training && attributes.p > 0) {
      throw new Error('dropout in train mode must be rewritten to mul(input, dropout_mask) before lowering');
    }
    return [inputs[0]!];
  },
  dropout_mask: (onnx, { inputs, attributes: { shape, p, stream } }) => [
    onnx.generate({ shape, p, stream, seed: inputs[0]! }),
  ],
};
