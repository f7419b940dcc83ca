/**
 * @file Concatenation and slicing of channels without copying: what is concatenated is written into its place in the
 * whole, and a slice is read where it lies. Only where every kernel that touches the part knows how.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import { elementwise } from '../kernels/elementwise';
import { tilesInput } from '../kernels/maxPool';
import type { ChannelView, DeviceGraph, DeviceNode } from './fusedOps';
import { readersOf } from './readers';

export function viewChannels(graph: DeviceGraph): DeviceGraph {
  const readers = readersOf(graph);
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const shapeOf = (value: ValueId): readonly number[] => graph.values[value]!.shape;
  const views = new Map<ValueId, ChannelView>();

  const canRead = (node: DeviceNode, value: ValueId): boolean =>
    node.inputs.every((input, index) => input !== value || readsViews(node, index, shapeOf));
  /** N×C×H×W of float32 whose planes are whole vectors. */
  const isPlanes = (value: ValueId): boolean => {
    const { shape, dtype } = graph.values[value]!;
    return shape.length === 4 && dtype === 'float32' && elementCount(shape.slice(2)) % 4 === 0;
  };

  const isJoined = (node: DeviceNode): boolean => {
    if (node.op !== 'cat' || node.attributes.dim !== 1) return false;
    return node.inputs.every((input, index) => {
      const part = input!;
      const maker = makers.get(part);
      const { nodes, isResult } = readers(part);
      return (
        isPlanes(part) &&
        maker !== undefined &&
        writesViews.has(maker.op) &&
        maker.outputs[0] === part &&
        node.inputs.indexOf(part) === index &&
        !isResult &&
        nodes.every((reader) => reader === node || canRead(reader, part)) &&
        // A dispatch must not read the buffer that it writes.
        !maker.inputs.some(
          (source) =>
            source !== null &&
            (node.inputs.includes(source) || views.get(source)?.parent === node.outputs[0]),
        )
      );
    });
  };

  const nodes = graph.nodes.map((node): DeviceNode => {
    if (isJoined(node)) {
      const parent = node.outputs[0]!;
      let first = 0;
      for (const input of node.inputs) {
        views.set(input!, { parent, first, total: shapeOf(parent)[1]! });
        first += shapeOf(input!)[1]!;
      }
      return {
        op: 'joined_channels',
        inputs: node.inputs,
        outputs: node.outputs,
        attributes: {},
        frame: node.frame,
      };
    }
    if (node.op === 'slice' && node.attributes.dim === 1 && node.attributes.step === 1) {
      const [source] = node.inputs as readonly [ValueId];
      const [part] = node.outputs as readonly [ValueId];
      const { nodes: partReaders, isResult } = readers(part);
      if (
        isPlanes(part) &&
        !isResult &&
        !views.has(source) &&
        partReaders.every((reader) => canRead(reader, part))
      ) {
        views.set(part, { parent: source, first: node.attributes.start, total: shapeOf(source)[1]! });
        return {
          op: 'sliced_channels',
          inputs: node.inputs,
          outputs: node.outputs,
          attributes: {},
          frame: node.frame,
        };
      }
    }
    return node;
  });
  return { ...graph, nodes, views };
}

/** Ops whose kernels write their first output anywhere. */
const writesViews: ReadonlySet<string> = new Set(['norm_activation', 'conv2d', 'conv_transpose2d']);

/** Whether a node's kernel reads this input anywhere. */
function readsViews(
  node: DeviceNode,
  input: number,
  shapeOf: (value: ValueId) => readonly number[],
): boolean {
  switch (node.op) {
    case 'conv2d':
    case 'conv_transpose2d':
    case 'max_pool2d':
    case 'sum':
      return input === 0;
    case 'conv2d_weight_grad':
      return true;
    case 'max_pool2d_backward':
      return input === 1 && tilesInput(node.attributes);
    case 'max_pool2d_backward_add':
      return input > 0;
    default: {
      if (!(node.op in elementwise) && node.op !== 'fused_elementwise') return false;
      const [own, result] = [shapeOf(node.inputs[input]!), shapeOf(node.outputs[0]!)];
      return own.length === result.length && own.every((size, axis) => size === result[axis]);
    }
  }
}
