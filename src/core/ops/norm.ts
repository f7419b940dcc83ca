/** @file Batch normalisation. */
import { elementCount, type TensorType } from '../graph/ir';
import { Algebra } from './algebra';
import { type OpExample, type OpRegistry, type OptionalType, ShapeError } from './opDefinition';
import { float32, inputAt, sizes } from './typeRules';

const inputNames = ['input', 'weight', 'bias', 'running_mean', 'running_var'] as const;

/** PyTorch names the first of these, in this order, that does not have one element a channel. */
const checkOrder = [3, 4, 1, 2] as const;

function checkChannels(inputs: readonly OptionalType[], channels: number): void {
  for (const index of checkOrder) {
    const vector = inputs[index];
    if (vector && elementCount(vector.shape) !== channels) {
      throw new ShapeError(
        `${inputNames[index]} should contain ${channels} elements not ${elementCount(vector.shape)}`,
      );
    }
  }
}

/** All axes but the channels'. */
const otherAxes = (shape: readonly number[]) => shape.map((_, axis) => axis).filter((axis) => axis !== 1);

/** A vector of C as 1×C×1×…, to broadcast over the input. */
const channelShape = (shape: readonly number[]) => shape.map((size, axis) => (axis === 1 ? size : 1));

const training = { training: true, momentum: 0.1, eps: 1e-5 };
const evaluation = { training: false, momentum: 0.1, eps: 1e-5 };

const examples: readonly OpExample<'batch_norm'>[] = [
  { inputs: [float32(2, 3, 4, 5), float32(3), float32(3), float32(3), float32(3)], attributes: training },
  { inputs: [float32(2, 3, 4, 5), float32(3), float32(3), float32(3), float32(3)], attributes: evaluation },
  { inputs: [float32(2, 3, 3, 3), null, null, null, null], attributes: training },
  {
    inputs: [float32(3, 2, 4, 1), null, null, float32(2), float32(2)],
    attributes: { training: false, momentum: 0.1, eps: 1e-3 },
  },
  {
    inputs: [float32(5, 4), float32(4), float32(4), float32(4), float32(4)],
    attributes: { training: true, momentum: 0.3, eps: 1e-3 },
  },
];

export const norm: Pick<OpRegistry, 'batch_norm' | 'batch_norm_backward'> = {
  batch_norm: {
    doc: 'Shifts and scales each channel to mean 0 and variance 1 (over batch and pixels), then by its weight and bias.',
    infer(inputs, attributes): TensorType[] {
      const input = inputAt(inputs, 0);
      const channels = input.shape[1] ?? 0;
      if (attributes.training && elementCount(input.shape) === channels) {
        throw new ShapeError(
          `Expected more than 1 value per channel when training, got input size torch.Size(${sizes(input.shape)})`,
        );
      }
      checkChannels(inputs, channels);
      if (!attributes.training) {
        const missing = ([3, 4] as const).find((index) => !inputs[index]);
        if (missing) throw new ShapeError(`${inputNames[missing]} must be defined in evaluation mode`);
        return [input];
      }
      const vector: TensorType = { shape: [channels], dtype: input.dtype };
      return [input, vector, vector, vector, vector];
    },
    // With x̂ = (x − μ)·s. Evaluation holds μ and s fixed: dx = g·w·s, dw = Σ g·x̂, db = Σ g.
    // Training lets them depend on x: batch_norm_backward.
    gradient(builder, node, [g]) {
      const [x, weight, bias, mean, variance] = node.inputs;
      if (g == null || x == null) return [null, null, null, null, null];
      const none = [null, null];
      if (node.attributes.training) {
        const [, saveMean, saveInvstd] = node.outputs as [number, number, number];
        const [dx, dw, db] = builder.addAll(
          'batch_norm_backward',
          [g, x, saveMean, saveInvstd, weight ?? null],
          { eps: node.attributes.eps },
        ) as [number, number, number];
        return [dx, weight == null ? null : dw, bias == null ? null : db, ...none];
      }
      const a = new Algebra(builder);
      const shape = builder.shape(x);
      const perChannel = (vector: number) => a.reshape(vector, channelShape(shape));
      const invstd = builder.add('rsqrt', [a.shift(variance!, node.attributes.eps)], {});
      const slope = weight == null ? invstd : a.mul(weight, invstd);
      const normalised = a.mul(a.sub(x, perChannel(mean!)), perChannel(invstd));
      return [
        a.mul(g, perChannel(slope)),
        weight == null ? null : a.sum(a.mul(g, normalised), otherAxes(shape)),
        bias == null ? null : a.sum(g, otherAxes(shape)),
        ...none,
      ];
    },
    examples,
  },

  batch_norm_backward: {
    doc: 'Gradient of batch_norm in training: with x̂ = (x − μ)·s, w·s·(g − mean(g) − x̂·mean(g·x̂)), Σ g·x̂ and Σ g.',
    infer(inputs) {
      const input = inputAt(inputs, 1);
      const vector: TensorType = { shape: [input.shape[1]!], dtype: input.dtype };
      return [input, vector, vector];
    },
    gradient: null,
    examples: [
      {
        inputs: [float32(2, 3, 4, 5), float32(2, 3, 4, 5), float32(3), float32(3), float32(3)],
        attributes: { eps: 1e-5 },
      },
      { inputs: [float32(5, 4), float32(5, 4), float32(4), float32(4), null], attributes: { eps: 1e-5 } },
    ],
  },
};
