/**
 * @file Batch normalisation in evaluation, with given statistics. In training the passes make `norm_activation` of it.
 */
import { elementCount } from '../../../core/graph/ir';
import { f32, type KernelRule, perThread, read, u32, value, write } from './kernel';

const rewritten = (op: string): never => {
  throw new Error(`${op} in train mode must be rewritten to norm_activation before it is compiled`);
};

export const norm: { readonly [K in 'batch_norm' | 'batch_norm_backward']: KernelRule<K> } = {
  batch_norm: ({ inputs, outputs, attributes }, typeOf) => {
    if (attributes.training) return rewritten('batch_norm');
    const [input, weight, bias, mean, variance] = inputs;
    const { shape } = typeOf(input!);
    const pixels = elementCount(shape.slice(2));
    const width = pixels % 4 === 0 ? 4 : 1;
    const element = width === 4 ? 'vec4f' : 'f32';
    return {
      dispatches: [
        perThread({
          name: 'batch_norm',
          threads: elementCount(shape) / width,
          bindings: {
            source: read(value(input!), element),
            mean: read(value(mean!), 'f32'),
            variance: read(value(variance!), 'f32'),
            ...(weight == null ? {} : { weight: read(value(weight), 'f32') }),
            ...(bias == null ? {} : { bias: read(value(bias), 'f32') }),
            result: write(value(outputs[0]!), element),
          },
          params: { pixels: u32(pixels / width), channels: u32(shape[1]!), eps: f32(attributes.eps) },
          body: `  let channel = index / params.pixels % params.channels;
  let scale = inverseSqrt(variance[channel] + params.eps)${weight == null ? '' : ' * weight[channel]'};
  result[index] = (source[index] - mean[channel]) * scale${bias == null ? '' : ' + bias[channel]'};`,
        }),
      ],
    };
  },
  batch_norm_backward: () => rewritten('batch_norm_backward'),
};
