/** @file A forward graph as an ONNX file that any runtime reads. */
import { elementCount, type Graph, type TensorType, type ValueId } from '../graph/ir';
import { encodeOnnx } from './encodeOnnx';
import { hasFreeBatch } from './freeBatch';
import { elementTypeOf } from './lowering/onnxLowering';
import { lowerNodes } from './lowerNodes';
import { OnnxEmitter } from './onnxEmitter';
import type { OnnxTensor, OnnxValueInfo } from './onnxModel';

export interface OnnxExportOptions {
  /** State by `state_dict` name; becomes initializers. Absent: state inputs are inputs of the model. */
  readonly weights?: ReadonlyMap<string, ArrayLike<number>>;
  /** Names for the graph's data inputs and outputs, by their names in the graph. */
  readonly names?: Readonly<Record<string, string>>;
  /** Shown by viewers. */
  readonly modelName?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Opset 17. The batch axis is free (`batch`) where nothing in the graph depends on its size, else fixed to the
 * traced one.
 * @throws Error when `weights` lacks a state of the graph or has another number of elements for it.
 */
export function exportOnnx(graph: Graph, options: OnnxExportOptions = {}): Uint8Array<ArrayBuffer> {
  const { weights, names: renamed = {}, modelName = 'model', metadata = {} } = options;
  const onnx = new OnnxEmitter();
  const names = new Map<ValueId, string>();
  const taken = new Set<string>();
  const claim = (wanted: string): string => {
    let name = wanted;
    while (taken.has(name)) name += '_';
    taken.add(name);
    return name;
  };

  const batch = hasFreeBatch(graph) ? 'batch' : null;
  const inputs: OnnxValueInfo[] = [];
  const outputNames = graph.outputs.map(({ name }) => claim(renamed[name] ?? name));
  for (const { kind, name, value } of graph.inputs) {
    const type = graph.values[value]!;
    const onnxName = claim(kind === 'data' ? (renamed[name] ?? name) : name);
    names.set(value, onnxName);
    if (kind === 'state' && weights) onnx.initializers.push(initializer(onnxName, name, type, weights));
    else inputs.push(valueInfo(onnxName, type, kind === 'data' ? batch : null));
  }
  lowerNodes(onnx, graph, names);

  const outputs = graph.outputs.map(({ value }, index) => {
    onnx.alias(names.get(value)!, outputNames[index]!);
    return valueInfo(outputNames[index]!, graph.values[value]!, batch);
  });
  const masks = onnx.generated.map(({ name, shape }) => ({ name, shape, type: 'float32' as const }));
  return encodeOnnx({
    name: modelName,
    nodes: onnx.nodes,
    initializers: onnx.initializers,
    inputs: [...inputs, ...masks],
    outputs,
    metadata,
  });
}

function initializer(
  onnxName: string,
  name: string,
  { shape, dtype }: TensorType,
  weights: ReadonlyMap<string, ArrayLike<number>>,
): OnnxTensor {
  const values = weights.get(name);
  if (!values) throw new Error(`no weights for '${name}'`);
  if (values.length !== elementCount(shape)) {
    throw new Error(
      `weights for '${name}' have ${values.length} elements; its shape is [${shape.join(', ')}]`,
    );
  }
  const type = elementTypeOf(dtype);
  const data =
    type === 'float32'
      ? Float32Array.from(values)
      : type === 'bool'
        ? Uint8Array.from(values)
        : BigInt64Array.from(Array.from(values), BigInt);
  return { name: onnxName, shape, type, data };
}

function valueInfo(name: string, { shape, dtype }: TensorType, batch: string | null): OnnxValueInfo {
  return { name, shape: batch === null ? shape : [batch, ...shape.slice(1)], type: elementTypeOf(dtype) };
}
