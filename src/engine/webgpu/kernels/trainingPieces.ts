/** @file Pieces of losses. */
import { elementCount } from '../../../core/graph/ir';
import { type KernelRule, perThread, read, storageOf, u32, value, write } from './kernel';

export const trainingPieces: { readonly [K in 'one_hot' | 'lovasz_weights']: KernelRule<K> } = {
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

  // Each element counts those before it, instead of sorting: count² comparisons, in one dispatch.
  lovasz_weights: ({ inputs, outputs }, typeOf) => {
    const { shape } = typeOf(inputs[0]!);
    return {
      dispatches: [
        perThread({
          name: 'lovasz_weights',
          threads: elementCount(shape),
          bindings: {
            errors: read(value(inputs[0]!), 'f32'),
            truth: read(value(inputs[1]!), 'f32'),
            result: write(value(outputs[0]!), 'f32'),
          },
          params: { count: u32(shape[1]!) },
          body: `  let start = index / params.count * params.count;
  let own = errors[index];
  var all = 0.0;
  var before = 0.0;
  var found = 0.0;
  for (var other = start; other < start + params.count; other++) {
    let error = errors[other];
    let isTrue = truth[other];
    let isBefore = error > own || (error == own && other < index);
    all += isTrue;
    before += select(0.0, 1.0, isBefore);
    found += select(0.0, isTrue, isBefore);
  }
  let without = select(1.0, (all - found) / (all + before - found), all + before > 0.0);
  let place = before + 1.0;
  let foundNow = found + truth[index];
  result[index] = without - (all - foundNow) / (all + place - foundNow);`,
        }),
      ],
    };
  },
};
