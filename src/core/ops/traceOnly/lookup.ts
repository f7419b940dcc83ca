/** @file Picking elements by computed positions, and ordering them. */
import { sameShape, type TensorType } from '../../graph/ir';
import { type OptionalType, ShapeError } from '../opDefinition';
import { broadcastShapes, checkDimension, float32, inputAt, int64, sizes } from '../typeRules';
import type { TraceOnlyDefinition, TraceOnlyRegistry } from './traceOnlyDefinition';

type LookupOps =
  | ('gather' | 'scatter' | 'index_select' | 'index' | 'index_put')
  | ('topk' | 'sort' | 'cummax' | 'cummin' | 'searchsorted');

const atLeastOne = (shape: readonly number[]) => (shape.length === 0 ? [1] : shape);

function checkIndex(op: string, input: TensorType, index: TensorType, dim: number): void {
  checkDimension(dim, input.shape.length);
  if (index.dtype !== 'int64') throw new ShapeError(`${op}(): Expected dtype int64 for index`);
  if (atLeastOne(index.shape).length !== atLeastOne(input.shape).length) {
    throw new ShapeError('Index tensor must have the same number of dimensions as input tensor');
  }
}

/** The first axis, `dim` apart, along which `index` is longer than `other`. */
function exceeding(index: TensorType, other: TensorType, dim: number): number {
  return index.shape.findIndex((size, axis) => axis !== dim && size > other.shape[axis]!);
}

/** The shape of `input[index, index, …]`: the indexed axes together, in place where they are neighbours, else in front. */
function indexedShape(input: TensorType, indices: readonly OptionalType[]): number[] {
  const axes = indices.flatMap((index, axis) => (index ? [axis] : []));
  const shapes = indices.flatMap((index) => (index ? [index.shape] : []));
  let picked: readonly number[];
  try {
    picked = shapes.reduce<readonly number[]>(broadcastShapes, []);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new ShapeError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map(sizes).join(', ')}`,
    );
  }
  const adjacent = axes.every((axis, place) => place === 0 || axis === axes[place - 1]! + 1);
  const kept = input.shape.flatMap((size, axis) => (axes.includes(axis) ? [] : [size]));
  const place = adjacent ? (axes[0] ?? 0) : 0;
  return [...kept.slice(0, place), ...picked, ...kept.slice(place)];
}

function checkIndices(indices: readonly OptionalType[]): void {
  if (indices.some((index) => index && index.dtype !== 'int64' && index.dtype !== 'int32')) {
    throw new ShapeError('tensors used as indices must be long, byte or bool tensors');
  }
}

const ordered = <K extends 'sort' | 'cummax' | 'cummin'>(
  doc: string,
  attributes: TraceOnlyDefinition<K>['examples'][number]['attributes'],
): TraceOnlyDefinition<K> => ({
  doc,
  infer(inputs, { dim }) {
    const { shape, dtype } = inputAt(inputs, 0);
    checkDimension(dim, shape.length);
    return [
      { shape, dtype },
      { shape, dtype: 'int64' },
    ];
  },
  examples: [{ inputs: [float32(3, 5)], attributes }],
});

export const lookup: Pick<TraceOnlyRegistry, LookupOps> = {
  gather: {
    doc: 'Along `dim`, the element that the index at the same place names.',
    infer(inputs, { dim }) {
      const [input, index] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      checkIndex('gather', input, index, dim);
      const axis = exceeding(index, input, dim);
      if (axis >= 0) {
        throw new ShapeError(
          `Size does not match at dimension ${axis} expected index ${sizes(index.shape)} to be smaller than self ${sizes(input.shape)} apart from dimension ${dim}`,
        );
      }
      return [{ shape: index.shape, dtype: input.dtype }];
    },
    examples: [{ inputs: [float32(3, 5), int64(3, 2)], attributes: { dim: 1 } }],
  },
  scatter: {
    doc: 'Writes (or adds, multiplies, …) elements along `dim` at the places that the index names.',
    infer(inputs, { dim }) {
      const [input, index, source] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2] ?? null];
      checkIndex('scatter', input, index, dim);
      const beyond = source !== null && index.shape.some((size, axis) => size > source.shape[axis]!);
      if (exceeding(index, input, dim) >= 0 || beyond) {
        const other = source ? ` and to be smaller size than src ${sizes(source.shape)}` : '';
        throw new ShapeError(
          `Expected index ${sizes(index.shape)} to be smaller than self ${sizes(input.shape)} apart from dimension ${dim}${other}`,
        );
      }
      return [{ shape: input.shape, dtype: input.dtype }];
    },
    examples: [
      {
        inputs: [float32(3, 5), int64(3, 2), float32(3, 2)],
        attributes: { dim: 1, reduce: 'add', value: 0 },
      },
    ],
  },
  index_select: {
    doc: 'The slices along `dim` that the index names.',
    infer(inputs, { dim }) {
      const [input, index] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      checkDimension(dim, input.shape.length);
      if (index.shape.length > 1) throw new ShapeError('index_select(): Index is supposed to be a vector');
      if (index.dtype !== 'int64' && index.dtype !== 'int32') {
        throw new ShapeError('index_select(): Expected dtype int32 or int64 for index');
      }
      const shape = input.shape.map((size, axis) => (axis === dim ? (index.shape[0] ?? 1) : size));
      return [{ shape, dtype: input.dtype }];
    },
    examples: [{ inputs: [float32(3, 5), int64(4)], attributes: { dim: 1 } }],
  },
  index: {
    doc: 'The elements at the positions that the index tensors name together.',
    infer(inputs) {
      const input = inputAt(inputs, 0);
      checkIndices(inputs.slice(1));
      return [{ shape: indexedShape(input, inputs.slice(1)), dtype: input.dtype }];
    },
    examples: [
      { inputs: [float32(3, 5, 7), null, int64(2, 1), int64(4)], attributes: {} },
      { inputs: [float32(3, 5, 7), int64(4), null, int64(4)], attributes: {} },
    ],
  },
  index_put: {
    doc: 'Writes values at the positions that the index tensors name together.',
    infer(inputs) {
      const [input, values] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      checkIndices(inputs.slice(2));
      const target = indexedShape(input, inputs.slice(2));
      if (!fits(values.shape, target)) {
        throw new ShapeError(
          `shape mismatch: value tensor of shape ${sizes(values.shape)} cannot be broadcast to indexing result of shape ${sizes(target)}`,
        );
      }
      return [input];
    },
    examples: [
      { inputs: [float32(3, 5), float32(4), int64(4), int64(4)], attributes: { accumulate: false } },
    ],
  },
  topk: {
    doc: 'The k largest (or smallest) elements along `dim`, and where they stand.',
    infer(inputs, { k, dim }) {
      const { shape, dtype } = inputAt(inputs, 0);
      checkDimension(dim, shape.length);
      if (k < 0 || k > (shape[dim] ?? 1)) throw new ShapeError('selected index k out of range');
      const picked = shape.map((size, axis) => (axis === dim ? k : size));
      return [
        { shape: picked, dtype },
        { shape: picked, dtype: 'int64' },
      ];
    },
    examples: [{ inputs: [float32(3, 5)], attributes: { k: 2, dim: 1, largest: true } }],
  },
  sort: ordered('The elements in order along `dim`, and where they stood.', { dim: 1, descending: false }),
  cummax: ordered('The largest element so far along `dim`, and where it stands.', { dim: 1 }),
  cummin: ordered('The smallest element so far along `dim`, and where it stands.', { dim: 1 }),
  searchsorted: {
    doc: 'Where each element would have to be put into a sorted sequence.',
    infer: (inputs) => [{ shape: inputAt(inputs, 1).shape, dtype: 'int64' }],
    examples: [{ inputs: [float32(9), float32(3, 5)], attributes: { right: false } }],
  },
};

function fits(shape: readonly number[], target: readonly number[]): boolean {
  try {
    return sameShape(broadcastShapes(shape, target), target);
  } catch {
    return false;
  }
}
