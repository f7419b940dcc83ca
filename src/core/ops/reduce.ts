/** @file Reductions over axes, and softmax, which divides by one. */
import type { GraphBuilder } from '../graph/builder';
import { elementCount, type TensorType, type ValueId } from '../graph/ir';
import { Algebra } from './algebra';
import type { ReduceAttributes } from './attributes';
import {
  type OpDefinition,
  type OpExample,
  type OpRegistry,
  type OptionalType,
  ShapeError,
} from './opDefinition';
import {
  checkDimension,
  checkDimensions,
  float32,
  inputAt,
  int64,
  isFloating,
  requireFloating,
  scalarTypeName,
} from './typeRules';

type Reductions = 'sum' | 'mean' | 'amax' | 'amin';
type Softmaxes = 'softmax' | 'log_softmax' | 'softmax_backward' | 'log_softmax_backward';

/** The input's shape with the axes `dim` taken out, or kept as 1. */
function reducedShape(inputs: readonly OptionalType[], { dim, keepdim }: ReduceAttributes): number[] {
  const { shape } = inputAt(inputs, 0);
  checkDimensions(dim, shape.length);
  if (dim.length === 0 && shape.length > 0) throw new Error('a reduction names its axes');
  return shape.flatMap((size, axis) => (!dim.includes(axis) ? [size] : keepdim ? [1] : []));
}

function requireNonEmpty(inputs: readonly OptionalType[], dims: readonly number[], op: string): void {
  const { shape } = inputAt(inputs, 0);
  const empty = dims.find((dim) => shape[dim] === 0);
  if (empty !== undefined) {
    throw new ShapeError(`${op}(): Expected reduction dim ${empty} to have non-zero size.`);
  }
}

/** A reduced value back at every place that it was made from. */
function spread(a: Algebra, reduced: ValueId, dim: readonly number[], shape: readonly number[]): ValueId {
  const kept = shape.map((size, axis) => (dim.includes(axis) ? 1 : size));
  return a.expand(a.reshape(reduced, kept), shape);
}

const examples: readonly { readonly inputs: readonly TensorType[]; readonly attributes: ReduceAttributes }[] =
  [
    { inputs: [float32(3, 5)], attributes: { dim: [1], keepdim: false } },
    { inputs: [float32(2, 3, 4, 5)], attributes: { dim: [0, 2, 3], keepdim: false } },
    { inputs: [float32(2, 3, 4, 5)], attributes: { dim: [1], keepdim: true } },
    { inputs: [float32(2, 3, 5)], attributes: { dim: [0, 1, 2], keepdim: false } },
  ];

/** amax and amin: equals share the gradient evenly, as in PyTorch. */
function extremum<K extends 'amax' | 'amin'>(op: K, doc: string): OpDefinition<K> {
  return {
    doc,
    infer(inputs, attributes) {
      requireNonEmpty(inputs, attributes.dim, op);
      return [{ shape: reducedShape(inputs, attributes), dtype: inputAt(inputs, 0).dtype }];
    },
    gradient(builder, node, [g]) {
      if (g == null) return [null];
      const a = new Algebra(builder);
      const { dim } = node.attributes as ReduceAttributes;
      const x = node.inputs[0]!;
      const shape = builder.shape(x);
      const hit = a.cast(a.eq(x, spread(a, node.outputs[0]!, dim, shape)), builder.type(x).dtype);
      const share = a.div(hit, a.sum(hit, dim, true));
      return [a.mul(share, spread(a, g, dim, shape))];
    },
    examples: examples as readonly OpExample<K>[],
  };
}

function softmaxType(inputs: readonly OptionalType[], dim: number, kernel: string) {
  const { shape, dtype } = inputAt(inputs, 0);
  checkDimension(dim, shape.length);
  return [{ shape, dtype: requireFloating(dtype, kernel) }];
}

const softmaxGradient =
  (op: 'softmax_backward' | 'log_softmax_backward') =>
  (
    builder: GraphBuilder,
    node: { readonly outputs: readonly ValueId[]; readonly attributes: { readonly dim: number } },
    [g]: readonly (ValueId | null)[],
  ) => [g == null ? null : builder.add(op, [g, node.outputs[0]!], node.attributes)];

const softmaxExamples = [
  { inputs: [float32(3, 5)], attributes: { dim: 1 } },
  { inputs: [float32(2, 4, 3, 5)], attributes: { dim: 1 } },
  { inputs: [float32(2, 3, 5)], attributes: { dim: 2 } },
];
const softmaxBackwardExamples = softmaxExamples.map(({ inputs, attributes }) => ({
  inputs: [...inputs, ...inputs],
  attributes,
}));

export const reduce: Pick<OpRegistry, Reductions | 'argmax' | Softmaxes> = {
  sum: {
    doc: 'Sum over the axes `dim`.',
    infer(inputs, attributes) {
      const { dtype } = inputAt(inputs, 0);
      return [{ shape: reducedShape(inputs, attributes), dtype: isFloating(dtype) ? dtype : 'int64' }];
    },
    gradient(builder, node, [g]) {
      if (g == null) return [null];
      return [spread(new Algebra(builder), g, node.attributes.dim, builder.shape(node.inputs[0]!))];
    },
    examples,
  },
  mean: {
    doc: 'Mean over the axes `dim`.',
    infer(inputs, attributes) {
      const { dtype } = inputAt(inputs, 0);
      if (!isFloating(dtype)) {
        throw new ShapeError(
          `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${scalarTypeName(dtype)}`,
        );
      }
      return [{ shape: reducedShape(inputs, attributes), dtype }];
    },
    // Each of n elements gets g/n.
    gradient(builder, node, [g]) {
      if (g == null) return [null];
      const a = new Algebra(builder);
      const shape = builder.shape(node.inputs[0]!);
      const count = elementCount(node.attributes.dim.map((dim) => shape[dim]!));
      return [spread(a, a.scale(g, 1 / count), node.attributes.dim, shape)];
    },
    examples,
  },
  amax: extremum('amax', 'Largest element over the axes `dim`.'),
  amin: extremum('amin', 'Smallest element over the axes `dim`.'),
  argmax: {
    doc: 'Index of the largest element along one axis; the first of equals.',
    infer(inputs, { dim, keepdim }) {
      const { shape, dtype } = inputAt(inputs, 0);
      checkDimension(dim, shape.length);
      if (dtype === 'bool') throw new ShapeError(`"argmax_cpu" not implemented for 'Bool'`);
      requireNonEmpty(inputs, [dim], 'argmax');
      return [
        { shape: reducedShape(inputs, { dim: shape.length === 0 ? [] : [dim], keepdim }), dtype: 'int64' },
      ];
    },
    gradient: null,
    examples: [
      { inputs: [float32(3, 5)], attributes: { dim: 1, keepdim: false } },
      { inputs: [float32(2, 4, 3, 5)], attributes: { dim: 1, keepdim: false } },
      { inputs: [float32(2, 3, 5)], attributes: { dim: 0, keepdim: true } },
      { inputs: [int64(3, 5)], attributes: { dim: 1, keepdim: false } },
    ],
  },
  softmax: {
    doc: 'exp(x) divided by its sum along one axis.',
    infer: (inputs, { dim }) => softmaxType(inputs, dim, 'softmax_lastdim_kernel_impl'),
    gradient: softmaxGradient('softmax_backward'),
    examples: softmaxExamples,
  },
  log_softmax: {
    doc: 'Logarithm of softmax along one axis, computed without overflow.',
    infer: (inputs, { dim }) => softmaxType(inputs, dim, 'log_softmax_lastdim_kernel_impl'),
    gradient: softmaxGradient('log_softmax_backward'),
    examples: softmaxExamples,
  },
  softmax_backward: {
    doc: 'Gradient of softmax from its output y: y·(g − Σ g·y).',
    infer: (inputs, { dim }) => softmaxType(inputs, dim, 'softmax_backward'),
    gradient: null,
    examples: softmaxBackwardExamples,
  },
  log_softmax_backward: {
    doc: 'Gradient of log_softmax from its output y: g − exp(y)·Σ g.',
    infer: (inputs, { dim }) => softmaxType(inputs, dim, 'log_softmax_backward'),
    gradient: null,
    examples: softmaxBackwardExamples,
  },
};
