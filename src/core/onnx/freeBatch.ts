/** @file Whether a graph that was traced for one batch size means the same at any other. */
import type { Graph, GraphNode, TensorType, ValueId } from '../graph/ir';
import type { OpName } from '../ops/attributes';

/** Ops that treat the samples of their first input alike and apart; the other inputs are weights. */
const perSample: ReadonlySet<OpName> = new Set<OpName>([
  ...(['neg', 'abs', 'exp', 'log', 'sqrt', 'rsqrt', 'reciprocal', 'square', 'erf', 'sin', 'cos'] as const),
  ...([
    'floor',
    'detach',
    'relu',
    'relu6',
    'sigmoid',
    'tanh',
    'silu',
    'hardswish',
    'hardsigmoid',
    'softplus',
  ] as const),
  ...(['logical_not', 'leaky_relu', 'elu', 'gelu', 'hardtanh', 'clamp', 'add_scalar', 'mul_scalar'] as const),
  ...(['pow_scalar', 'gt_scalar', 'ge_scalar', 'lt_scalar', 'le_scalar', 'eq_scalar', 'ne_scalar'] as const),
  ...([
    'to_dtype',
    'dropout',
    'conv2d',
    'conv_transpose2d',
    'max_pool2d',
    'avg_pool2d',
    'interpolate',
  ] as const),
  ...(['adaptive_avg_pool2d', 'adaptive_max_pool2d'] as const),
]);

const broadcasting: ReadonlySet<OpName> = new Set<OpName>([
  ...(['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow', 'where'] as const),
  ...(['gt', 'ge', 'lt', 'le', 'eq', 'ne'] as const),
]);

/**
 * True where the first axis of every data input and output is the batch and nothing in between depends on its
 * size. Errs on the side of false.
 */
export function hasFreeBatch(graph: Graph): boolean {
  const carriers = new Set<ValueId>();
  for (const { kind, value } of graph.inputs) {
    if (kind !== 'data') continue;
    if (graph.values[value]!.shape.length === 0) return false;
    carriers.add(value);
  }
  for (const node of graph.nodes) {
    if (!node.inputs.some((value) => value !== null && carriers.has(value))) continue;
    if (!keepsBatchFirst(node, graph.values, carriers)) return false;
    for (const value of node.outputs) carriers.add(value);
  }
  return graph.outputs.every(({ value }) => carriers.has(value));
}

function keepsBatchFirst(
  node: GraphNode,
  types: readonly TensorType[],
  carriers: ReadonlySet<ValueId>,
): boolean {
  const carries = (value: ValueId | null | undefined) => value != null && carriers.has(value);
  const first = node.inputs[0];
  const firstCarries = carries(first) && node.inputs.slice(1).every((value) => !carries(value));
  if (perSample.has(node.op)) return firstCarries;
  if (broadcasting.has(node.op)) {
    const rank = types[node.outputs[0]!]!.shape.length;
    return node.inputs.every((value) => {
      const { shape } = types[value!]!;
      return carries(value) ? shape.length === rank : shape.length < rank || shape[0] === 1;
    });
  }
  switch (node.op) {
    case 'batch_norm':
      return firstCarries && !node.attributes.training;
    case 'linear':
      return firstCarries && types[first!]!.shape.length > 1;
    case 'matmul':
      return node.inputs.every((value) => carries(value) && types[value!]!.shape.length > 2);
    case 'cat':
      return node.attributes.dim !== 0 && node.inputs.every(carries);
    case 'reshape':
      return types[first!]!.shape[0] === node.attributes.shape[0];
    case 'permute':
      return node.attributes.dims[0] === 0;
    case 'flip':
    case 'sum':
    case 'mean':
    case 'amax':
    case 'amin': {
      const dims = 'dims' in node.attributes ? node.attributes.dims : node.attributes.dim;
      return !dims.includes(0);
    }
    case 'argmax':
    case 'softmax':
    case 'log_softmax':
    case 'slice':
      return node.attributes.dim !== 0;
    case 'pad':
      return node.attributes.pad.length / 2 < types[first!]!.shape.length;
    default:
      return false;
  }
}
