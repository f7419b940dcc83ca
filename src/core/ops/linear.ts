/** @file Matrix products. */
import { elementCount } from '../graph/ir';
import { Algebra } from './algebra';
import { type OpRegistry, type OptionalType, ShapeError } from './opDefinition';
import { broadcastShapes, float32, inputAt, scalarTypeName, sizes } from './typeRules';

const cannotMultiply = (rows: number, inner: number, otherInner: number, columns: number) =>
  new ShapeError(`mat1 and mat2 shapes cannot be multiplied (${rows}x${inner} and ${otherInner}x${columns})`);

export const linear: Pick<OpRegistry, 'linear' | 'matmul'> = {
  linear: {
    doc: 'y = x·Wᵀ + b over the last axis.',
    infer(inputs) {
      const input = inputAt(inputs, 0);
      const weight = inputAt(inputs, 1);
      const bias = inputs[2] ?? null;
      if (weight.shape.length !== 2) {
        throw new ShapeError(
          `t() expects a tensor with <= 2 dimensions, but self is ${weight.shape.length}D`,
        );
      }
      if (input.shape.length === 0) {
        throw new ShapeError('both arguments to matmul need to be at least 1D, but they are 0D and 2D');
      }
      const [outFeatures, inFeatures] = [weight.shape[0]!, weight.shape[1]!];
      const lead = input.shape.slice(0, -1);
      const features = input.shape.at(-1)!;
      if (features !== inFeatures) {
        throw cannotMultiply(elementCount(lead), features, inFeatures, outFeatures);
      }
      if (input.dtype !== weight.dtype) throw new ShapeError('mat1 and mat2 must have the same dtype');
      if (bias && elementCount(bias.shape) !== outFeatures && elementCount(bias.shape) !== 1) {
        throw new ShapeError(
          `The expanded size of the tensor (${outFeatures}) must match the existing size (${bias.shape.at(-1)}) at non-singleton dimension 1.  Target sizes: ${sizes([elementCount(lead), outFeatures])}.  Tensor sizes: ${sizes(bias.shape)}`,
        );
      }
      return [{ shape: [...lead, outFeatures], dtype: input.dtype }];
    },
    macs: (inputs, [output]) => elementCount(output!.shape) * inputAt(inputs, 1).shape[1]!,
    // y = x·Wᵀ + b with the leading axes folded into rows: dx = g·W, dW = gᵀ·x, db = Σ_rows g
    gradient(builder, node, [g]) {
      if (g == null) return [null, null, null];
      const a = new Algebra(builder);
      const [x, weight, bias] = [node.inputs[0]!, node.inputs[1]!, node.inputs[2] ?? null];
      const [outFeatures, inFeatures] = [builder.shape(weight)[0]!, builder.shape(weight)[1]!];
      const rows = elementCount(builder.shape(g)) / outFeatures;
      const g2 = a.reshape(g, [rows, outFeatures]);
      const x2 = a.reshape(x, [rows, inFeatures]);
      return [
        a.reshape(a.matmul(g2, weight), builder.shape(x)),
        a.matmul(a.transpose(g2), x2),
        bias === null ? null : a.sumTo(a.sum(g2, [0]), builder.shape(bias)),
      ];
    },
    examples: [
      { inputs: [float32(3, 5), float32(4, 5), float32(4)], attributes: {} },
      { inputs: [float32(3, 5), float32(4, 5), null], attributes: {} },
      { inputs: [float32(2, 3, 5), float32(7, 5), float32(7)], attributes: {} },
      { inputs: [float32(5), float32(4, 5), float32(4)], attributes: {} },
      { inputs: [float32(1, 19), float32(1, 19), float32(1)], attributes: {} },
    ],
  },

  matmul: {
    doc: 'Matrix product of the last two axes, broadcasting the ones before.',
    infer(inputs) {
      const input = inputAt(inputs, 0);
      const other = inputAt(inputs, 1);
      checkInner(input.shape, other.shape);
      if (input.dtype !== other.dtype) {
        throw new ShapeError(
          `expected scalar type ${scalarTypeName(input.dtype)} but found ${scalarTypeName(other.dtype)}`,
        );
      }
      const batch = broadcastShapes(input.shape.slice(0, -2), other.shape.slice(0, -2));
      return [{ shape: [...batch, input.shape.at(-2)!, other.shape.at(-1)!], dtype: input.dtype }];
    },
    macs: (inputs: readonly OptionalType[], [output]) =>
      elementCount(output!.shape) * inputAt(inputs, 0).shape.at(-1)!,
    // y = A·B: dA = g·Bᵀ, dB = Aᵀ·g, summed over broadcast batches
    gradient(builder, node, [g]) {
      if (g == null) return [null, null];
      const a = new Algebra(builder);
      const [left, right] = [node.inputs[0]!, node.inputs[1]!];
      return [
        a.sumTo(a.matmul(g, a.transpose(right)), builder.shape(left)),
        a.sumTo(a.matmul(a.transpose(left), g), builder.shape(right)),
      ];
    },
    examples: [
      { inputs: [float32(3, 5), float32(5, 4)], attributes: {} },
      { inputs: [float32(2, 3, 5), float32(2, 5, 4)], attributes: {} },
      { inputs: [float32(2, 3, 5), float32(5, 4)], attributes: {} },
      { inputs: [float32(2, 1, 3, 5), float32(3, 5, 2)], attributes: {} },
      { inputs: [float32(17, 19), float32(19, 18)], attributes: {} },
    ],
  },
};

/** @throws ShapeError in the words of the product that PyTorch picks for these ranks. */
function checkInner(input: readonly number[], other: readonly number[]): void {
  if (input.length < 2 || other.length < 2) {
    throw new Error(`matmul takes ranks of 2 and more, not ${input.length} and ${other.length}`);
  }
  const [inner, otherInner] = [input.at(-1)!, other.at(-2)!];
  if (inner === otherInner) return;
  const columns = other.at(-1)!;
  if (other.length === 2) throw cannotMultiply(elementCount(input.slice(0, -1)), inner, otherInner, columns);
  if (input.length === 2) {
    // PyTorch folds the second's batch by transposing the whole product.
    throw cannotMultiply(elementCount(other) / otherInner, otherInner, inner, input[0]!);
  }
  const batch = elementCount(broadcastShapes(input.slice(0, -2), other.slice(0, -2)));
  throw new ShapeError(
    `Expected size for first two dimensions of batch2 tensor to be: ${sizes([batch, inner])} but got: ${sizes([batch, otherInner])}.`,
  );
}
