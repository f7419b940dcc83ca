/**
 * @file Batch normalisation in training becomes one op with the ReLU behind it, forward and backward, that keeps its
 * statistics in one tensor. The ReLU's gradient is masked by what the norm computes again, so that the tensor between
 * norm and ReLU is not kept.
 */
import type { GraphNode, TensorType, ValueId } from '../../../core/graph/ir';
import type { Activation, DeviceGraph, DeviceNode } from './fusedOps';
import { readersOf } from './readers';

type Training = GraphNode<'batch_norm'>;
type Backward = GraphNode<'batch_norm_backward'>;

export function fuseNorm(graph: DeviceGraph): DeviceGraph {
  const values: TensorType[] = [...graph.values];
  const readers = readersOf(graph);
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const create = (type: TensorType): ValueId => values.push(type) - 1;
  const replacements = new Map<DeviceNode, readonly DeviceNode[]>();
  /** By the statistics' mean, as `batch_norm` gives it. */
  const saved = new Map<
    ValueId,
    { readonly value: ValueId; readonly invstd: ValueId; readonly activation: Activation }
  >();

  for (const node of graph.nodes) {
    if (node.op !== 'batch_norm' || !node.attributes.training) continue;
    const relu = reluBehind(node, readers);
    const [output, mean, invstd, newMean, newVar] = node.outputs as readonly [ValueId, ...ValueId[]];
    const { shape, dtype } = values[mean!]!;
    const both = create({ shape: [2, shape[0]!], dtype });
    const activation: Activation = relu ? 'relu' : 'none';
    saved.set(mean!, { value: both, invstd: invstd!, activation });
    const fused: DeviceNode = {
      op: 'norm_activation',
      inputs: node.inputs,
      outputs: [relu?.forward.outputs[0] ?? output, both, newMean!, newVar!],
      attributes: { momentum: node.attributes.momentum, eps: node.attributes.eps, activation },
      frame: node.frame,
    };
    const separate = [mean!, invstd!].flatMap((statistic, row) =>
      isReadAlone(statistic, readers) ? take(both, row, statistic, values, node.frame) : [],
    );
    replacements.set(node, [fused, ...separate]);
    if (relu) replacements.set(relu.forward, []);
    if (relu?.backward) replacements.set(relu.backward, []);
  }

  for (const node of graph.nodes) {
    if (node.op !== 'batch_norm_backward') continue;
    const [grad, input, mean, invstd, weight] = node.inputs as readonly (ValueId | null)[];
    const norm = saved.get(mean!);
    const forward = makers.get(mean!) as Training | undefined;
    const known = norm && norm.invstd === invstd ? norm : null;
    const masked = known?.activation === 'relu';
    const both =
      known?.value ?? create({ shape: [2, values[mean!]!.shape[0]!], dtype: values[mean!]!.dtype });
    const before = known ? [] : join(mean!, invstd!, both, values, create, node.frame);
    const gradOutput = masked ? (makers.get(grad!) as GraphNode<'relu_backward'>).inputs[0]! : grad!;
    const bias = known ? (forward?.inputs[2] ?? null) : null;
    const fused: DeviceNode = {
      op: 'norm_activation_backward',
      inputs: [gradOutput, input!, both, weight ?? null, bias],
      outputs: node.outputs,
      attributes: { activation: masked ? 'relu' : 'none' },
      frame: node.frame,
    };
    replacements.set(node, [...before, fused]);
  }
  return { ...graph, values, nodes: graph.nodes.flatMap((node) => replacements.get(node) ?? [node]) };
}

type Readers = ReturnType<typeof readersOf>;

/** The ReLU that alone reads a norm's output, and its gradient's node, if that goes straight into the norm's. */
function reluBehind(
  norm: Training,
  readers: Readers,
): { readonly forward: DeviceNode; readonly backward: DeviceNode | null } | null {
  const [output, mean] = norm.outputs as readonly [ValueId, ValueId];
  const { nodes, isResult } = readers(output);
  const forward = nodes.find(({ op }) => op === 'relu');
  const rest = nodes.filter((node) => node !== forward);
  if (isResult || !forward || rest.length > 1) return null;
  const [backward] = rest;
  const gradients = readers(mean).nodes.filter(({ op }) => op === 'batch_norm_backward') as Backward[];
  if (!backward) return gradients.length === 0 ? { forward, backward: null } : null;
  if (backward.op !== 'relu_backward' || backward.inputs[1] !== output) return null;
  const masked = readers(backward.outputs[0]!);
  const straight =
    !masked.isResult &&
    masked.nodes.length === 1 &&
    gradients.length === 1 &&
    masked.nodes[0] === gradients[0] &&
    gradients[0]?.inputs[0] === backward.outputs[0] &&
    gradients[0]?.inputs[1] === norm.inputs[0];
  return straight ? { forward, backward } : null;
}

const isReadAlone = (statistic: ValueId, readers: Readers): boolean => {
  const { nodes, isResult } = readers(statistic);
  return isResult || nodes.some(({ op }) => op !== 'batch_norm_backward');
};

/** Row `row` of 2×C as a vector of C. */
function take(both: ValueId, row: number, to: ValueId, values: TensorType[], frame: number): DeviceNode[] {
  const { shape, dtype } = values[to]!;
  const between = values.push({ shape: [1, ...shape], dtype }) - 1;
  return [
    {
      op: 'slice',
      inputs: [both],
      outputs: [between],
      attributes: { dim: 0, start: row, end: row + 1, step: 1 },
      frame,
    },
    { op: 'reshape', inputs: [between], outputs: [to], attributes: { shape }, frame },
  ];
}

/** Two vectors of C as 2×C. */
function join(
  mean: ValueId,
  invstd: ValueId,
  to: ValueId,
  values: readonly TensorType[],
  create: (type: TensorType) => ValueId,
  frame: number,
): DeviceNode[] {
  const rows = [mean, invstd].map((statistic): DeviceNode => {
    const { shape, dtype } = values[statistic]!;
    const row = [1, ...shape];
    const output = create({ shape: row, dtype });
    return { op: 'reshape', inputs: [statistic], outputs: [output], attributes: { shape: row }, frame };
  });
  const inputs = rows.map(({ outputs }) => outputs[0]!);
  return [...rows, { op: 'cat', inputs, outputs: [to], attributes: { dim: 0 }, frame }];
}
