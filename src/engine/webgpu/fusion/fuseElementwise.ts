/**
 * @file Chains and trees of elementwise ops become one kernel, and so do sums together with the ops that make what they
 * sum: tensors between them are neither written nor read.
 */
import { elementCount, sameShape, type TensorType, type ValueId } from '../../../core/graph/ir';
import { elementwise } from '../kernels/elementwise';
import type { DeviceGraph, DeviceNode } from './fusedOps';
import { isFloatStorage, ProgramBuilder } from './program';
import { readersOf } from './readers';

/** Of a program: the result takes the eighth storage buffer that every device has. */
const maxInputs = 7;
const maxSteps = 24;

export function fuseElementwise(graph: DeviceGraph): DeviceGraph {
  const readers = readersOf(graph);
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const typeOf = (value: ValueId): TensorType => graph.values[value]!;
  const isStep = ({ op, inputs, outputs }: DeviceNode): boolean =>
    op in elementwise &&
    [...inputs, ...outputs].every((value) => value !== null && isFloatStorage(typeOf(value)));
  const isTail = (node: DeviceNode): boolean => isStep(node) || summedLength(node, typeOf) !== null;

  /** Whether every reader of a value could compute it itself, of the shape it has. */
  const inlines = (value: ValueId, shape: readonly number[]): DeviceNode | null => {
    const maker = makers.get(value);
    if (!maker || !isStep(maker) || !sameShape(typeOf(value).shape, shape)) return null;
    const { nodes, isResult } = readers(value);
    // What several read is computed several times, so it must be cheap: one op, of as few tensors as it makes.
    const cheap = maker.inputs.length === 1 && !dear.has(maker.op);
    if (isResult || (nodes.length > 1 && !cheap) || !nodes.every(isTail)) return null;
    // A reader of another shape broadcasts it, and has to read it.
    return nodes.every((node) => sameShape(shapeInside(node, typeOf), shape)) ? maker : null;
  };

  const nodes = graph.nodes.map((node): DeviceNode => {
    if (!isTail(node)) return node;
    const shape = shapeInside(node, typeOf);
    const builder = new ProgramBuilder((value) => inlines(value, shape));
    const length = summedLength(node, typeOf);
    const result = length === null ? builder.step(node) : builder.value(node.inputs[0]!);
    const { inputs, steps } = builder;
    if ((length === null && steps.length < 2) || steps.length > maxSteps || inputs.length > maxInputs)
      return node;
    const program = { steps, results: [result] };
    const { outputs, frame } = node;
    if (length === null) return { op: 'fused_elementwise', inputs, outputs, attributes: program, frame };
    // A sum walks its tensor by flat index: what broadcasts into it would be read at the wrong place.
    if (!inputs.every((value) => isDense(typeOf(value), shape))) return node;
    const mean = node.op === 'mean';
    return {
      op: 'fused_sum',
      inputs,
      outputs,
      attributes: { ...program, shape, length, means: [mean], maps: [] },
      frame,
    };
  });
  return { ...graph, nodes: withoutDead({ ...graph, nodes }) };
}

/** Not worth computing twice. */
const dear: ReadonlySet<string> = new Set([
  'erf',
  'gelu',
  'pow',
  'pow_scalar',
  'sin',
  'cos',
  'tanh',
  'exp',
  'log',
  'softplus',
  'silu',
  'sigmoid',
]);

const isDense = (type: TensorType, shape: readonly number[]): boolean =>
  elementCount(type.shape) === 1 || sameShape(type.shape, shape);

/** The shape over which a node works element by element. */
function shapeInside(node: DeviceNode, typeOf: (value: ValueId) => TensorType): readonly number[] {
  const isSum = node.op === 'sum' || node.op === 'mean';
  return typeOf(isSum ? node.inputs[0]! : node.outputs[0]!).shape;
}

/** Elements of each sum, for sums over the last axes; null for all else. */
export function summedLength(node: DeviceNode, typeOf: (value: ValueId) => TensorType): number | null {
  if (node.op !== 'sum' && node.op !== 'mean') return null;
  const { shape } = typeOf(node.inputs[0]!);
  const { dim } = node.attributes;
  const isLast = dim.every((axis, i) => axis === shape.length - dim.length + i);
  // A sum of bool counts, and is an integer.
  const { dtype } = typeOf(node.outputs[0]!);
  const floats = isFloatStorage(typeOf(node.inputs[0]!)) && (dtype === 'float32' || dtype === 'int64');
  const length = elementCount(dim.map((axis) => shape[axis]!));
  // Short lines are better summed one an invocation.
  return isLast && floats && length >= 64 ? length : null;
}

function withoutDead(graph: DeviceGraph): DeviceNode[] {
  const needed = new Set<ValueId>([...graph.outputs, ...graph.updates].map(({ value }) => value));
  const live: DeviceNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    live.push(node);
    for (const input of node.inputs) if (input !== null) needed.add(input);
  }
  return live.reverse();
}
