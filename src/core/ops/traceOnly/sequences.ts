/** @file Recurrent layers, bags of embeddings, and the loss over alignments. */
import { elementCount, type TensorType } from '../../graph/ir';
import { ShapeError } from '../opDefinition';
import { float32, inputAt, int64, sizes } from '../typeRules';
import type { TraceOnlyRegistry } from './traceOnlyDefinition';

export const sequences: Pick<TraceOnlyRegistry, 'rnn' | 'embedding_bag' | 'ctc_loss'> = {
  rnn: {
    doc: 'Runs a recurrent cell over a sequence, layer upon layer.',
    infer(inputs, { mode, hidden_size, proj_size, num_layers, bidirectional, batch_first }) {
      const { shape, dtype } = inputAt(inputs, 0);
      const directions = bidirectional ? 2 : 1;
      const features = proj_size || hidden_size;
      const output: TensorType = { shape: [...shape.slice(0, -1), directions * features], dtype };
      const batch = shape.length === 3 ? [shape[batch_first ? 0 : 1]!] : [];
      const last = (size: number): TensorType => ({
        shape: [num_layers * directions, ...batch, size],
        dtype,
      });
      const states = mode === 'LSTM' ? [last(features), last(hidden_size)] : [last(features)];
      for (const [place, state] of states.entries()) {
        const given = inputs[1 + place];
        if (given && sizes(given.shape) !== sizes(state.shape)) {
          const name = states.length === 1 ? 'hidden' : `hidden[${place}]`;
          throw new ShapeError(
            `Expected ${name} size (${state.shape.join(', ')}), got ${sizes(given.shape)}`,
          );
        }
      }
      return [output, ...states];
    },
    macs(inputs) {
      // Every weight matrix once a step and sample.
      const { shape } = inputAt(inputs, 0);
      const steps = elementCount(shape.slice(0, -1));
      const weights = inputs.slice(3).filter((input) => input?.shape.length === 2);
      return steps * weights.reduce((sum, weight) => sum + elementCount(weight!.shape), 0);
    },
    examples: [
      {
        inputs: [float32(7, 2, 5), null, null, float32(16, 5), float32(16, 4), float32(16), float32(16)],
        attributes: {
          mode: 'LSTM',
          hidden_size: 4,
          proj_size: 0,
          num_layers: 1,
          bidirectional: false,
          batch_first: false,
        },
      },
    ],
  },
  embedding_bag: {
    doc: 'The sum, mean or maximum of the rows that each bag of indices names.',
    infer(inputs) {
      const [input, weight, offsets] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2] ?? null];
      const bags = offsets ? offsets.shape[0]! : input.shape[0]!;
      return [{ shape: [bags, weight.shape[1]!], dtype: weight.dtype }];
    },
    examples: [{ inputs: [int64(6), float32(10, 3), int64(2)], attributes: { mode: 'mean' } }],
  },
  ctc_loss: {
    doc: 'The negative log likelihood of a label sequence over all its alignments with the input.',
    infer(inputs, { reduction }) {
      const { shape, dtype } = inputAt(inputs, 0);
      const batch = shape.length === 3 ? [shape[1]!] : [];
      return [{ shape: reduction === 'none' ? batch : [], dtype }];
    },
    examples: [{ inputs: [float32(9, 2, 5), int64(2, 4)], attributes: { reduction: 'none' } }],
  },
};
