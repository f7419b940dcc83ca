/** @file Pieces of losses. */
import { elementCount } from '../../../core/graph/ir';
import { type KernelRule, perThread, read, storageOf, u32, value, write } from './kernel';

export const trainingPieces: { readonly [K in 'one_hot']: KernelRule<K> } = {
  one_hot: ({ inputs, outputs, attributes: { num_classes } }, typeOf) => {
    const { shape, dtype } = typeOf(inputs[0]!);
    return {
      dispatches: [
        perThread({
          name: 'one_hot',
          threads: elementCount(typeOf(outputs[0]!).shape),
          bindings: {
            source: read(value(inputs[0]!), storageOf(dtype)),
            result: write(value(outputs[0]!), 'f32'),
          },
          params: { classes: u32(num_classes), inner: u32(elementCount(shape.slice(1))) },
          body: `  let label = i32(index / params.inner % params.classes);
  let at = index / (params.inner * params.classes) * params.inner + index % params.inner;
  result[index] = select(0.0, 1.0, i32(source[at]) == label);`,
        }),
      ],
    };
  },
};
