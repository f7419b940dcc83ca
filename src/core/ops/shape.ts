/** @file Ops that move elements without computing with them. */
import { elementCount, sameShape } from '../graph/ir';
import { Algebra } from './algebra';
import { type OpRegistry, ShapeError } from './opDefinition';
import { checkDimension, checkDimensions, float32, inputAt, resultType, sizes } from './typeRules';

type ShapeOps = 'reshape' | 'permute' | 'expand' | 'flip' | 'cat' | 'slice' | 'slice_backward' | 'pad';

/** Replaces one −1 by the size that is left. @throws ShapeError when the element counts cannot agree. */
function resolveShape(input: readonly number[], shape: readonly number[]): readonly number[] {
  const total = elementCount(input);
  const invalid = () => new ShapeError(`shape '${sizes(shape)}' is invalid for input of size ${total}`);
  const negative = shape.find((size) => size < -1);
  if (negative !== undefined) throw new ShapeError(`invalid shape dimension ${negative}`);
  const unknown = shape.indexOf(-1);
  if (unknown < 0) {
    if (elementCount(shape) !== total) throw invalid();
    return shape;
  }
  if (shape.lastIndexOf(-1) !== unknown) throw new ShapeError('only one dimension can be inferred');
  const known = elementCount(shape.filter((size) => size !== -1));
  if (known === 0) {
    if (total !== 0) throw invalid();
    throw new ShapeError(
      `cannot reshape tensor of 0 elements into shape ${sizes(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  }
  if (total % known !== 0) throw invalid();
  return shape.map((size) => (size === -1 ? total / known : size));
}

/** @throws ShapeError in the words of `narrow`, by which PyTorch crops first the one side and then the other. */
function paddedSize(size: number, before: number, after: number): number {
  if (-before > size) checkDimension(-before, size);
  const left = size + Math.min(before, 0);
  if (left + after < 0) {
    throw new ShapeError(`start (0) + length (${left + after}) exceeds dimension size (${left}).`);
  }
  return size + before + after;
}

export const shape: Pick<OpRegistry, ShapeOps> = {
  reshape: {
    doc: 'The same elements in the same order under another shape; one size may be −1.',
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      return [{ shape: resolveShape(input.shape, attributes.shape), dtype: input.dtype }];
    },
    gradient: (builder, node, [g]) => [
      g == null ? null : new Algebra(builder).reshape(g, builder.shape(node.inputs[0]!)),
    ],
    examples: [
      { inputs: [float32(2, 3, 5)], attributes: { shape: [5, 6] } },
      { inputs: [float32(2, 3, 5)], attributes: { shape: [3, -1] } },
      { inputs: [float32(1)], attributes: { shape: [] } },
    ],
  },

  permute: {
    doc: 'Reorders the axes: axis i of the result is axis dims[i] of the input.',
    infer(inputs, { dims }) {
      const input = inputAt(inputs, 0);
      if (dims.length !== input.shape.length) {
        throw new ShapeError(
          `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${input.shape.length} is not equal to len(dims) = ${dims.length}`,
        );
      }
      for (const dim of dims) checkDimension(dim, input.shape.length);
      if (new Set(dims).size !== dims.length)
        throw new ShapeError('permute(): duplicate dims are not allowed.');
      return [{ shape: dims.map((dim) => input.shape[dim]!), dtype: input.dtype }];
    },
    // The inverse permutation brings the gradient back.
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : new Algebra(builder).permute(
            g,
            node.attributes.dims.map((_, axis) => node.attributes.dims.indexOf(axis)),
          ),
    ],
    examples: [
      { inputs: [float32(3, 5)], attributes: { dims: [1, 0] } },
      { inputs: [float32(2, 3, 4, 5)], attributes: { dims: [0, 2, 3, 1] } },
      { inputs: [float32(2, 3, 4, 5)], attributes: { dims: [3, 0, 2, 1] } },
    ],
  },

  expand: {
    doc: 'Repeats axes of size 1 (and new leading axes) to a larger shape.',
    infer(inputs, { shape: target }) {
      const input = inputAt(inputs, 0);
      const extra = target.length - input.shape.length;
      if (extra < 0) {
        throw new ShapeError(
          `expand(torch.FloatTensor{${sizes(input.shape)}}, size=${sizes(target)}): the number of sizes provided (${target.length}) must be greater or equal to the number of dimensions in the tensor (${input.shape.length})`,
        );
      }
      for (let axis = target.length - 1; axis >= extra; axis--) {
        const size = input.shape[axis - extra]!;
        if (size !== 1 && size !== target[axis]) {
          throw new ShapeError(
            `The expanded size of the tensor (${target[axis]}) must match the existing size (${size}) at non-singleton dimension ${axis}.  Target sizes: ${sizes(target)}.  Tensor sizes: ${sizes(input.shape)}`,
          );
        }
      }
      return [{ shape: target, dtype: input.dtype }];
    },
    // Every copy sends its gradient back to the one element it was made from.
    gradient: (builder, node, [g]) => [
      g == null ? null : new Algebra(builder).sumTo(g, builder.shape(node.inputs[0]!)),
    ],
    examples: [
      { inputs: [float32(3, 1)], attributes: { shape: [3, 5] } },
      { inputs: [float32(3, 1, 1)], attributes: { shape: [2, 3, 4, 5] } },
      { inputs: [float32()], attributes: { shape: [2, 3] } },
    ],
  },

  flip: {
    doc: 'Reverses the order of the elements along some axes.',
    infer(inputs, { dims }) {
      const input = inputAt(inputs, 0);
      checkDimensions(dims, input.shape.length);
      return [input];
    },
    gradient: (builder, node, [g]) => [g == null ? null : builder.add('flip', [g], node.attributes)],
    examples: [
      { inputs: [float32(3, 5)], attributes: { dims: [1] } },
      { inputs: [float32(2, 3, 4, 5)], attributes: { dims: [2, 3] } },
    ],
  },

  cat: {
    doc: 'Joins tensors along one axis.',
    infer(inputs, { dim }) {
      if (inputs.length === 0) throw new ShapeError('torch.cat(): expected a non-empty list of Tensors');
      const tensors = inputs.map((_, index) => inputAt(inputs, index));
      const first = tensors[0]!;
      const rank = first.shape.length;
      if (rank === 0) {
        throw new ShapeError('zero-dimensional tensor (at position 0) cannot be concatenated');
      }
      checkDimension(dim, rank);
      for (const [index, tensor] of tensors.entries()) {
        if (tensor.shape.length !== rank) {
          throw new ShapeError(
            `Tensors must have same number of dimensions: got ${rank} and ${tensor.shape.length}`,
          );
        }
        for (const [axis, size] of tensor.shape.entries()) {
          if (axis !== dim && size !== first.shape[axis]) {
            throw new ShapeError(
              `Sizes of tensors must match except in dimension ${dim}. Expected size ${first.shape[axis]} but got size ${size} for tensor number ${index} in the list.`,
            );
          }
        }
      }
      const joined = tensors.reduce((total, tensor) => total + tensor.shape[dim]!, 0);
      const shape = first.shape.map((size, axis) => (axis === dim ? joined : size));
      return [{ shape, dtype: resultType(tensors) }];
    },
    // Each input gets its own slice of the gradient.
    gradient(builder, node, [g]) {
      const { dim } = node.attributes;
      let start = 0;
      return node.inputs.map((input) => {
        const end = start + builder.shape(input!)[dim]!;
        const slice = g == null ? null : builder.add('slice', [g], { dim, start, end, step: 1 });
        start = end;
        return slice;
      });
    },
    examples: [
      { inputs: [float32(2, 3, 4, 5), float32(2, 2, 4, 5)], attributes: { dim: 1 } },
      { inputs: [float32(2, 3), float32(1, 3), float32(3, 3)], attributes: { dim: 0 } },
      { inputs: [float32(2, 3, 5), float32(2, 3, 1)], attributes: { dim: 2 } },
    ],
  },

  slice: {
    doc: 'The elements start, start + step, … before end, along one axis.',
    infer(inputs, { dim, start, end, step }) {
      const input = inputAt(inputs, 0);
      if (input.shape.length === 0) {
        throw new ShapeError('slice() cannot be applied to a 0-dim tensor.');
      }
      checkDimension(dim, input.shape.length);
      if (step <= 0) throw new ShapeError('slice step must be positive');
      const size = input.shape[dim]!;
      if (start < 0 || end < start || end > size) {
        throw new Error(`slice ${start}:${end} was not resolved within an axis of ${size}`);
      }
      const length = Math.ceil((end - start) / step);
      return [{ shape: input.shape.map((old, axis) => (axis === dim ? length : old)), dtype: input.dtype }];
    },
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : builder.add('slice_backward', [g], {
            ...node.attributes,
            input_shape: builder.shape(node.inputs[0]!),
          }),
    ],
    examples: [
      { inputs: [float32(2, 5, 3)], attributes: { dim: 1, start: 1, end: 4, step: 1 } },
      { inputs: [float32(2, 7)], attributes: { dim: 1, start: 1, end: 6, step: 2 } },
      { inputs: [float32(4, 3)], attributes: { dim: 0, start: 0, end: 4, step: 3 } },
    ],
  },

  slice_backward: {
    doc: 'Gradient of slice: zeros of the input’s shape with the slice filled in.',
    infer(inputs, attributes) {
      const gradOutput = inputAt(inputs, 0);
      const [expected] = shape.slice.infer([{ ...gradOutput, shape: attributes.input_shape }], attributes);
      if (!sameShape(expected!.shape, gradOutput.shape)) {
        throw new Error(
          `the slice has size ${sizes(expected!.shape)}, its gradient ${sizes(gradOutput.shape)}`,
        );
      }
      return [{ shape: attributes.input_shape, dtype: gradOutput.dtype }];
    },
    gradient: null,
    examples: [
      {
        inputs: [float32(2, 3, 3)],
        attributes: { input_shape: [2, 5, 3], dim: 1, start: 1, end: 4, step: 1 },
      },
      { inputs: [float32(2, 3)], attributes: { input_shape: [2, 7], dim: 1, start: 1, end: 6, step: 2 } },
    ],
  },

  pad: {
    doc: 'Adds (or, by negative amounts, crops) borders of one value; last axis first, in pairs.',
    infer(inputs, { pad }) {
      const input = inputAt(inputs, 0);
      const rank = input.shape.length;
      if (pad.length % 2 !== 0) throw new ShapeError('Padding length must be divisible by 2');
      if (pad.length > 2 * rank) throw new ShapeError('Padding length too large');
      const padded = [...input.shape];
      for (let axis = rank - pad.length / 2; axis < rank; axis++) {
        const pair = 2 * (rank - 1 - axis);
        padded[axis] = paddedSize(padded[axis]!, pad[pair]!, pad[pair + 1]!);
      }
      // PyTorch lets pure cropping leave nothing, but not padding elsewhere at the same time.
      const empty = padded.findIndex((size, axis) => size < 1 && axis >= rank - pad.length / 2);
      if (empty >= 0 && pad.some((amount) => amount > 0)) {
        const pair = 2 * (rank - 1 - empty);
        throw new ShapeError(
          `The input size ${input.shape[empty]}, plus negative padding ${pad[pair]} and ${pad[pair + 1]} resulted in a negative output size, which is invalid. Check dimension ${empty} of your input.`,
        );
      }
      return [{ shape: padded, dtype: input.dtype }];
    },
    // Cropping what was added, and adding zeros where the input was cropped.
    gradient: (builder, node, [g]) => [
      g == null
        ? null
        : builder.add('pad', [g], { pad: node.attributes.pad.map((amount) => -amount), value: 0 }),
    ],
    examples: [
      { inputs: [float32(2, 3, 4, 5)], attributes: { pad: [1, 2], value: 0 } },
      { inputs: [float32(2, 3, 4, 5)], attributes: { pad: [1, 0, 2, 1], value: -1.5 } },
      { inputs: [float32(2, 3, 4, 5)], attributes: { pad: [-1, 2, 1, -2, 0, 1], value: 0 } },
    ],
  },
};
