/** @file A whole step graph as one ONNX model: state goes in as inputs and comes out, updated, as outputs. */
import type { Graph, InputKind, TensorType, ValueId } from '../graph/ir';
import { encodeOnnx } from './encodeOnnx';
import { elementTypeOf } from './lowering/onnxLowering';
import { lowerNodes } from './lowerNodes';
import { type GeneratedInput, OnnxEmitter } from './onnxEmitter';
import type { OnnxValueInfo } from './onnxModel';

/** An input or output of the model; `onnxName` is its name there, `name` the graph's. */
export interface StepValue {
  readonly name: string;
  readonly onnxName: string;
  readonly type: TensorType;
}

export interface StepInput extends StepValue {
  readonly kind: InputKind;
}

export interface LoweredStep {
  readonly model: Uint8Array<ArrayBuffer>;
  /** Only those that something reads. */
  readonly inputs: readonly StepInput[];
  /** Dropout masks to be drawn from the counter hash and fed at each run. */
  readonly generated: readonly GeneratedInput[];
  readonly outputs: readonly StepValue[];
  /** The next value of each state that the step updates. */
  readonly updates: readonly StepValue[];
}

/** Uses ONNX Runtime's own operators where they are faster: the model is for running, not for exchange. */
export function lowerStep(graph: Graph): LoweredStep {
  const onnx = new OnnxEmitter();
  const used = usedValues(graph);
  const inputs: StepInput[] = graph.inputs
    .filter(({ value }) => used.has(value))
    .map(({ kind, name, value }) => ({
      kind,
      name,
      onnxName: `${kind}/${name}`,
      type: graph.values[value]!,
    }));
  const names = new Map<ValueId, string>(
    graph.inputs.map(({ kind, name, value }) => [value, `${kind}/${name}`]),
  );
  lowerNodes(onnx, graph, names);

  const exposed = (prefix: string, values: Graph['outputs']): StepValue[] =>
    values.map(({ name, value }) => {
      const onnxName = `${prefix}/${name}`;
      onnx.alias(names.get(value)!, onnxName);
      return { name, onnxName, type: graph.values[value]! };
    });
  const outputs = exposed('output', graph.outputs);
  const updates = exposed('next', graph.updates);
  const model = encodeOnnx({
    name: 'step',
    nodes: onnx.nodes,
    initializers: onnx.initializers,
    inputs: [
      ...inputs.map(valueInfo),
      ...onnx.generated.map(({ name, shape }) => ({ name, shape, type: 'float32' as const })),
    ],
    outputs: [...outputs, ...updates].map(valueInfo),
    metadata: {},
  });
  return { model, inputs, generated: onnx.generated, outputs, updates };
}

function usedValues(graph: Graph): ReadonlySet<ValueId | null> {
  return new Set([
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map(({ value }) => value),
    ...graph.updates.map(({ value }) => value),
  ]);
}

function valueInfo({ onnxName, type }: StepValue): OnnxValueInfo {
  return { name: onnxName, shape: type.shape, type: elementTypeOf(type.dtype) };
}
