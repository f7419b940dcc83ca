/** @file Bytes of activations: what an op gives, and what PyTorch's autograd keeps of it until the backward pass. */
import {
  type DType,
  elementCount,
  type TensorType,
  type TraceGraph,
  type TraceNode,
  type ValueId,
} from '../graph/ir';
import type { TracedOpName } from '../ops/traceOnly/attributes';

const bytesOf: Readonly<Record<DType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

export function byteSize({ shape, dtype }: TensorType): number {
  return elementCount(shape) * bytesOf[dtype];
}

/**
 * What `derivatives.yaml` of PyTorch 1.13 has each op save, weights apart. Ops that are not listed are saved in ways
 * that depend on the machine or on more than the op: nothing is said of a layer that holds one.
 */
const kept: Partial<
  Record<TracedOpName, 'input' | 'output' | 'nothing' | 'input and indices' | 'input and statistics'>
> = {
  conv2d: 'input',
  conv_transpose2d: 'input',
  linear: 'input',
  max_pool2d: 'input and indices',
  adaptive_max_pool2d: 'input and indices',
  avg_pool2d: 'input',
  adaptive_avg_pool2d: 'input',
  batch_norm: 'input and statistics',
  leaky_relu: 'input',
  elu: 'input',
  gelu: 'input',
  silu: 'input',
  hardswish: 'input',
  hardtanh: 'input',
  hardsigmoid: 'input',
  relu: 'output',
  sigmoid: 'output',
  tanh: 'output',
  softmax: 'output',
  log_softmax: 'output',
  detach: 'nothing',
  constant: 'nothing',
  random: 'nothing',
  full: 'nothing',
  add: 'nothing',
  sub: 'nothing',
  add_scalar: 'nothing',
  mul_scalar: 'nothing',
  cat: 'nothing',
  pad: 'nothing',
  slice: 'nothing',
  reshape: 'nothing',
  permute: 'nothing',
  expand: 'nothing',
  interpolate: 'nothing',
};

/**
 * Bytes that the nodes hold on to between forward and backward, in training, each tensor counted once; null where
 * that is not certain.
 */
export function keptForBackward(nodes: readonly TraceNode[], graph: TraceGraph): number | null {
  const whole = new Set<ValueId>();
  let extra = 0;
  for (const node of nodes) {
    const rule = kept[node.op];
    if (rule === undefined) return null;
    const [input, output] = [node.inputs[0], node.outputs[0]];
    if (input == null || output === undefined) continue;
    if (rule.startsWith('input')) whole.add(input);
    if (rule === 'output') whole.add(output);
    const { shape } = graph.values[output]!;
    if (rule === 'input and indices') extra += elementCount(shape) * bytesOf.int64;
    // The mean and the inverse deviation of each channel.
    if (rule === 'input and statistics') extra += 2 * shape[1]! * bytesOf.float32;
  }
  return [...whole].reduce((sum, id) => sum + byteSize(graph.values[id]!), extra);
}
