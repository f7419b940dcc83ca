/** @file ONNX lowerings of batch normalisation. */
import { elementCount } from '../../graph/ir';
import type { OnnxEmitter } from '../onnxEmitter';
import { type OnnxLowerings, reshape } from './onnxLowering';

export const norm: OnnxLowerings<'batch_norm' | 'batch_norm_backward'> = {
  batch_norm: (onnx, { inputs, inputTypes, attributes: { training, momentum, eps } }) => {
    const [input, weight, bias, runningMean, runningVar] = inputs;
    const { shape } = inputTypes[0]!;
    const channels = shape[1]!;
    const scale = weight || onnx.floats([channels], new Array(channels).fill(1));
    const shift = bias || onnx.floats([channels], new Array(channels).fill(0));
    const normalise = (mean: string, variance: string) =>
      onnx.add('BatchNormalization', [input!, scale, shift, mean, variance], { epsilon: { float: eps } });
    if (!training) return [normalise(runningMean!, runningVar!)];

    const mean = channelMean(onnx, input!, shape);
    const centred = centre(onnx, input!, mean, shape);
    const variance = channelMean(onnx, onnx.add('Mul', [centred, centred]), shape);
    const deviation = onnx.add('Sqrt', [onnx.add('Add', [variance, onnx.float(eps)])]);
    const output = normalise(mean, variance);
    const invstd = onnx.add('Reciprocal', [deviation]);
    if (!runningMean || !runningVar) return [output, mean, invstd, mean, variance];
    const count = elementCount(shape) / channels;
    const unbiased = onnx.add('Mul', [variance, onnx.float(count / (count - 1))]);
    return [
      output,
      mean,
      invstd,
      blend(onnx, runningMean, mean, momentum),
      blend(onnx, runningVar, unbiased, momentum),
    ];
  },

  // With d = x − mean, s = invstd, M elements a channel:
  //   grad_bias = Σ g,  grad_weight = s·Σ g·d,  grad_input = w·s·(g − Σ g / M − d·s²·Σ g·d / M)
  // The part in d is an affine map a channel, which BatchNormalization computes in one pass.
  batch_norm_backward: (onnx, { inputs, inputTypes }) => {
    const [grad, input, mean, invstd, weight] = inputs;
    const { shape } = inputTypes[1]!;
    const channels = shape[1]!;
    const count = onnx.float(elementCount(shape) / channels);
    const centred = centre(onnx, input!, mean!, shape);
    const meanGrad = channelMean(onnx, grad!, shape);
    const meanProduct = channelMean(onnx, onnx.add('Mul', [grad!, centred]), shape);
    const gradBias = onnx.add('Mul', [meanGrad, count]);
    const gradWeight = onnx.add('Mul', [onnx.add('Mul', [meanProduct, invstd!]), count]);

    const gain = weight ? onnx.add('Mul', [weight, invstd!]) : invstd!;
    const square = onnx.add('Mul', [invstd!, invstd!]);
    const slope = onnx.add('Neg', [onnx.add('Mul', [gain, onnx.add('Mul', [square, meanProduct])])]);
    const offset = onnx.add('Neg', [onnx.add('Mul', [gain, meanGrad])]);
    const zeros = onnx.floats([channels], new Array(channels).fill(0));
    const ones = onnx.floats([channels], new Array(channels).fill(1));
    const affine = onnx.add('BatchNormalization', [centred, slope, offset, zeros, ones], {
      epsilon: { float: 0 },
    });
    const scaled = onnx.add('Mul', [grad!, perChannel(onnx, gain, shape)]);
    return [onnx.add('Add', [scaled, affine]), gradWeight, gradBias];
  },
};

/**
 * Mean over all axes but the second. GlobalAveragePool and a second mean would take half the time, but its running
 * sums lose digits that AdamW's first steps magnify.
 */
function channelMean(onnx: OnnxEmitter, value: string, shape: readonly number[]): string {
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return onnx.add('ReduceMean', [value], { axes, keepdims: 0 });
}

/** x − mean. The emitter keeps one copy, so the backward pass reuses the forward pass's. */
function centre(onnx: OnnxEmitter, input: string, mean: string, shape: readonly number[]): string {
  return onnx.add('Sub', [input, perChannel(onnx, mean, shape)]);
}

function perChannel(onnx: OnnxEmitter, value: string, shape: readonly number[]): string {
  return reshape(
    onnx,
    value,
    shape.map((size, axis) => (axis === 1 ? size : 1)),
  );
}

/** (1 − momentum)·running + momentum·batch */
function blend(onnx: OnnxEmitter, running: string, batch: string, momentum: number): string {
  const kept = onnx.add('Mul', [running, onnx.float(1 - momentum)]);
  return onnx.add('Add', [kept, onnx.add('Mul', [batch, onnx.float(momentum)])]);
}
