/** @file Rewrites that leave every number as it is and take nodes away. */
import { elementCount, type Graph, sameShape, type ValueId } from '../graph/ir';
import { removeDeadNodes } from './removeDeadNodes';
import { isOp, type NodeDraft, type Rewrite, type RewriteContext, rewrite } from './rewrite';

/** Reshape, expand, permute and to_dtype that change nothing. */
export const dropIdentity: Rewrite = (draft, { builder }) => {
  const input = draft.inputs[0] ?? null;
  if (input === null) return null;
  const { shape, dtype } = builder.type(input);
  const same =
    (isOp(draft, 'reshape') && sameShape(draft.attributes.shape, shape)) ||
    (isOp(draft, 'expand') && sameShape(draft.attributes.shape, shape)) ||
    (isOp(draft, 'permute') && draft.attributes.dims.every((dim, axis) => dim === axis)) ||
    (isOp(draft, 'to_dtype') && draft.attributes.dtype === dtype);
  return same ? input : null;
};

/** x + 0 and 1·x. */
export const dropNeutral: Rewrite = (draft, { builder }) => {
  const neutral =
    (isOp(draft, 'add_scalar') && draft.attributes.value === 0) ||
    (isOp(draft, 'mul_scalar') && draft.attributes.value === 1);
  // On bool either gives int64.
  return neutral && builder.type(draft.inputs[0]!).dtype !== 'bool' ? draft.inputs[0]! : null;
};

/** Once the gradients are made, detach(x) → x. */
export const dropDetach: Rewrite = (draft) => (isOp(draft, 'detach') ? draft.inputs[0]! : null);

/** permute(permute(x)) → permute(x) */
export const mergePermutes: Rewrite = (draft, { producer, add }) => {
  if (!isOp(draft, 'permute')) return null;
  const inner = producer(draft.inputs[0]!);
  if (!isOp(inner, 'permute')) return null;
  const dims = draft.attributes.dims.map((dim) => inner.attributes.dims[dim]!);
  return add('permute', [inner.inputs[0]!], { dims });
};

/** reshape(reshape(x)) → reshape(x) */
export const mergeReshapes: Rewrite = (draft, { producer, add }) => {
  if (!isOp(draft, 'reshape')) return null;
  const inner = producer(draft.inputs[0]!);
  return isOp(inner, 'reshape') ? add('reshape', [inner.inputs[0]!], draft.attributes) : null;
};

/** Arithmetic and reshaping of `full` give another `full`. */
export const foldFull: Rewrite = (draft, { builder, producer, add }) => {
  const source = draft.inputs.length === 1 ? producer(draft.inputs[0]!) : null;
  if (!isOp(source, 'full') || source.attributes.dtype !== 'float32') return null;
  const { value } = source.attributes;
  const { shape } = builder.type(draft.inputs[0]!);
  const full = (result: number, to: readonly number[] = shape) =>
    add('full', [], { shape: to, dtype: 'float32', value: result });
  if (isOp(draft, 'neg')) return full(-value);
  if (isOp(draft, 'mul_scalar')) return full(value * draft.attributes.value);
  if (isOp(draft, 'add_scalar')) return full(value + draft.attributes.value);
  if (isOp(draft, 'expand')) return full(value, draft.attributes.shape);
  if (isOp(draft, 'reshape') && !draft.attributes.shape.includes(-1)) {
    return full(value, draft.attributes.shape);
  }
  return null;
};

/** x·full(k) → k·x and x + full(k) → x + k, where that does not enlarge x. */
export const foldScalarOperand: Rewrite = (draft, context) => {
  const product = isOp(draft, 'mul');
  if (!product && !isOp(draft, 'add')) return null;
  for (const [constant, other] of [
    [draft.inputs[1]!, draft.inputs[0]!],
    [draft.inputs[0]!, draft.inputs[1]!],
  ] as const) {
    const value = constantValue(constant, other, context);
    if (value !== null) return context.add(product ? 'mul_scalar' : 'add_scalar', [other], { value });
  }
  return null;
};

/** The number that `constant` repeats, if combining it with `other` keeps other's type. */
function constantValue(constant: ValueId, other: ValueId, context: RewriteContext): number | null {
  const source: NodeDraft | null = context.producer(constant);
  if (!isOp(source, 'full') || source.attributes.dtype !== 'float32') return null;
  const type = context.builder.type(other);
  const { shape } = source.attributes;
  const fits =
    sameShape(shape, type.shape) || (elementCount(shape) === 1 && shape.length <= type.shape.length);
  return fits && type.dtype === 'float32' ? source.attributes.value : null;
}

/** k·(j·x) → (k·j)·x */
export const mergeScales: Rewrite = (draft, { builder, producer, add }) => {
  if (!isOp(draft, 'mul_scalar')) return null;
  const inner = producer(draft.inputs[0]!);
  if (!isOp(inner, 'mul_scalar') || builder.type(inner.inputs[0]!).dtype !== 'float32') return null;
  return add('mul_scalar', [inner.inputs[0]!], { value: draft.attributes.value * inner.attributes.value });
};

const broadcasting = ['add', 'sub', 'mul', 'div'] as const;

/** expand(x) ∘ y → x ∘ y where y has the full shape anyway. */
export const dropExpand: Rewrite = (draft, { builder, producer, add }) => {
  const op = broadcasting.find((name) => name === draft.op);
  if (!op) return null;
  const [left, right] = [draft.inputs[0]!, draft.inputs[1]!];
  const before = (value: ValueId, other: ValueId): ValueId | null => {
    const source = producer(value);
    if (!isOp(source, 'expand') || !sameShape(builder.shape(value), builder.shape(other))) return null;
    return source.inputs[0]!;
  };
  const narrowLeft = before(left, right);
  if (narrowLeft !== null) return add(op, [narrowLeft, right], {});
  const narrowRight = before(right, left);
  return narrowRight === null ? null : add(op, [left, narrowRight], {});
};

const rules: readonly Rewrite[] = [
  dropIdentity,
  dropNeutral,
  dropDetach,
  mergePermutes,
  mergeReshapes,
  foldFull,
  foldScalarOperand,
  mergeScales,
  dropExpand,
];

/** All rewrites, then without what they left unused. */
export function simplify(graph: Graph): Graph {
  return removeDeadNodes(rewrite(graph, rules));
}
