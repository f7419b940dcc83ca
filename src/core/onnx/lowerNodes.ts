/** @file Lowers a graph's nodes in order, given the ONNX names of its inputs. */
import type { Graph, GraphNode, ValueId } from '../graph/ir';
import type { OpName } from '../ops/attributes';
import type { LoweringCall, OnnxLowering } from './lowering/onnxLowering';
import { onnxLowerings } from './lowering/onnxLowerings';
import type { OnnxEmitter } from './onnxEmitter';

/** Adds the ONNX name of every node output to `names`. */
export function lowerNodes(onnx: OnnxEmitter, graph: Graph, names: Map<ValueId, string>): void {
  const nameOf = (value: ValueId): string => {
    const name = names.get(value);
    if (name === undefined) throw new Error(`value ${value} is used before it is made`);
    return name;
  };
  for (const node of graph.nodes) {
    // The table pairs each op with its own attributes; TypeScript cannot follow that through a union of ops.
    const lower = onnxLowerings[node.op] as OnnxLowering<OpName>;
    const outputs = lower(onnx, callOf(graph, node, nameOf));
    if (outputs.length < node.outputs.length) throw new Error(`the lowering of ${node.op} lacks outputs`);
    node.outputs.forEach((value, index) => {
      names.set(value, outputs[index]!);
    });
  }
}

function callOf(graph: Graph, node: GraphNode, nameOf: (value: ValueId) => string): LoweringCall<OpName> {
  return {
    inputs: node.inputs.map((value) => (value === null ? '' : nameOf(value))),
    inputTypes: node.inputs.map((value) => (value === null ? null : graph.values[value]!)),
    outputTypes: node.outputs.map((value) => graph.values[value]!),
    attributes: node.attributes,
  };
}
