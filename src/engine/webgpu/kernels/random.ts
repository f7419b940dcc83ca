/** @file Dropout masks: the WGSL twin of src/core/random/counterHash.ts, bit for bit. */
import { elementCount } from '../../../core/graph/ir';
import { dropThreshold } from '../../../core/random/counterHash';
import { f32, type KernelRule, perThread, read, u32, value, write } from './kernel';

export const random: { readonly [K in 'dropout_mask']: KernelRule<K> } = {
  dropout_mask: ({ inputs, outputs, attributes: { shape, p, stream } }) => ({
    dispatches: [
      perThread({
        name: 'dropout_mask',
        threads: elementCount(shape),
        bindings: { seed: read(value(inputs[0]!), 'f32'), result: write(value(outputs[0]!), 'f32') },
        params: {
          stream: u32(stream),
          threshold: u32(dropThreshold(p)),
          kept: f32(p < 1 ? 1 / (1 - p) : 0),
        },
        declarations: `fn pcg(input: u32) -> u32 {
  let state = input * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}`,
        body: `  let key = pcg(params.stream + pcg(bitcast<u32>(seed[0])));
  result[index] = select(params.kept, 0.0, (pcg(key ^ pcg(index)) >> 8u) < params.threshold);`,
      }),
    ],
  }),
};
