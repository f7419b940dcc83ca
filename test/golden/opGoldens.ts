/** @file Reader of the op goldens that make_op_goldens.py took from PyTorch, and the graphs that repeat them. */
import { readFileSync } from 'node:fs';
import { GraphBuilder } from '../../src/core/graph/builder';
import type { Graph, TensorType, ValueId } from '../../src/core/graph/ir';
import type { OpAttributes, OpName } from '../../src/core/ops/attributes';
import { registry } from '../../src/core/ops/registry';
import { pullBack } from '../../src/core/passes/autograd';
import type { RunFeeds, TensorData } from '../../src/engine/backend';

export interface GoldenTensor extends TensorType {
  /** Row-major; bool as 0 and 1. */
  readonly values: readonly number[];
}

export interface OpGolden {
  readonly op: OpName;
  readonly attributes: OpAttributes[OpName];
  readonly inputs: readonly (GoldenTensor | null)[];
  readonly outputs: readonly GoldenTensor[];
  /** Gradient that flows into `outputs[0]`; absent where the op has none. */
  readonly gradOutput?: GoldenTensor;
  /** What it makes of each input; null where the input takes no gradient. */
  readonly gradInputs?: readonly (GoldenTensor | null)[];
}

export function readOpGoldens(): readonly OpGolden[] {
  return JSON.parse(readFileSync(new URL('./opGoldens.json', import.meta.url), 'utf8')) as OpGolden[];
}

/** `conv2d #2`, for test names: the case's place among those of its op. */
export function goldenNames(goldens: readonly OpGolden[]): string[] {
  const counts = new Map<OpName, number>();
  return goldens.map(({ op }) => {
    const count = counts.get(op) ?? 0;
    counts.set(op, count + 1);
    return `${op} #${count}`;
  });
}

/**
 * The op alone: inputs `input0`, … (absent ones left out), outputs `output0`, …. The numbers that an optimizer reads
 * (`lr`, `step`) are scalar inputs, as in a training step; bool comes in as float32 0 and 1.
 */
export function forwardGraph(golden: OpGolden): Graph {
  const { builder, outputs } = build(golden);
  for (const [index, value] of outputs.entries()) builder.output(`output${index}`, value);
  return builder.build();
}

/** The op and its gradient: also reads `grad_output`; outputs `grad_input<i>` for each non-null of `gradInputs`. */
export function gradientGraph(golden: OpGolden): Graph {
  if (!golden.gradOutput || !golden.gradInputs) throw new Error(`${golden.op} has no gradient`);
  const { builder, inputs, outputs } = build(golden);
  const gradient = builder.input('data', 'grad_output', typeOf(golden.gradOutput));
  const wanted = golden.gradInputs.flatMap((expected, index) => (expected ? [index] : []));
  const gradients = pullBack(
    builder,
    [{ value: outputs[0]!, gradient }],
    wanted.map((index) => inputs[index]!),
  );
  for (const [at, index] of wanted.entries()) {
    const value = gradients[at] ?? null;
    if (value === null) throw new Error(`no gradient reaches input ${index} of ${golden.op}`);
    builder.output(`grad_input${index}`, value);
  }
  return builder.build();
}

/** Feeds for `forwardGraph`, or with 'gradient' for `gradientGraph`. */
export function goldenFeeds(golden: OpGolden, graph: 'forward' | 'gradient' = 'forward'): RunFeeds {
  const data = new Map<string, TensorData>();
  const scalars: Record<string, number> = {};
  for (const [index, tensor] of golden.inputs.entries()) {
    if (tensor === null) continue;
    const name = `input${index}`;
    if (isScalar(golden.op, tensor)) scalars[name] = tensor.values[0]!;
    else data.set(name, tensorData(tensor));
  }
  if (graph === 'gradient' && golden.gradOutput) data.set('grad_output', tensorData(golden.gradOutput));
  return { data, scalars };
}

/** Values as backends take and give them: integers as Int32Array, floats and bool as Float32Array. */
export function tensorData({ dtype, values }: GoldenTensor): TensorData {
  return dtype === 'int64' ? Int32Array.from(values) : Float32Array.from(values);
}

function build(golden: OpGolden): { builder: GraphBuilder; inputs: (ValueId | null)[]; outputs: ValueId[] } {
  const builder = new GraphBuilder(registry);
  const inputs = golden.inputs.map((tensor, index) => {
    if (tensor === null) return null;
    const name = `input${index}`;
    if (isScalar(golden.op, tensor)) return builder.input('scalar', name, typeOf(tensor));
    if (tensor.dtype !== 'bool') return builder.input('data', name, typeOf(tensor));
    const asFloat = builder.input('data', name, { shape: tensor.shape, dtype: 'float32' });
    return builder.add('to_dtype', [asFloat], { dtype: 'bool' });
  });
  const outputs = builder.addAll(golden.op, inputs, golden.attributes);
  return { builder, inputs, outputs };
}

function isScalar(op: OpName, tensor: GoldenTensor): boolean {
  return tensor.shape.length === 0 && (op === 'sgd_update' || op === 'adamw_update');
}

function typeOf({ shape, dtype }: GoldenTensor): TensorType {
  return { shape, dtype };
}
