/** @file Cuts the graph of one model call out of the tape of a whole trace. */
import type { GraphInput, NamedValue, TensorType, TraceGraph, TraceNode, ValueId } from '../../core/graph/ir';
import type { Frame, ModuleCall, TracedGraph, TypeTree } from '../../core/graph/tracedModel';

export interface ExtractionRequest {
  readonly mode: 'train' | 'eval';
  /** The call's nodes on the tape, end exclusive. */
  readonly firstNode: number;
  readonly endNode: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly NamedValue[];
  readonly updates: readonly NamedValue[];
  readonly counters: readonly string[];
  readonly output: TypeTree;
  /** Where `forward` raised: the frames that were being evaluated. */
  readonly unfinished?: readonly number[];
  readonly frames: readonly Frame[];
  /** Node numbers count on the tape. */
  readonly calls: readonly ModuleCall[];
}

/** A tensor that the call needs and that is neither an input, nor state, nor computed. */
export interface UnboundLeaf {
  readonly value: ValueId;
  /** Of the first node that uses it. */
  readonly frame: number;
}

export interface Extraction {
  readonly traced: TracedGraph;
  readonly unbound: readonly UnboundLeaf[];
}

/**
 * Keeps every node of the call (unused ones too: they have lines to show) and, before them, the nodes made outside
 * that something inside needs. Data inputs are kept in order even when unused; state only when used.
 */
export function extractGraph(tape: TraceGraph, request: ExtractionRequest): Extraction {
  const kept = keptNodes(tape, request);
  const nodePosition = new Map<number, number>();
  kept.forEach((index, position) => {
    nodePosition.set(index, position);
  });
  const values: TensorType[] = [];
  const renumbered = new Map<ValueId, ValueId>();
  const renumber = (id: ValueId): ValueId => {
    const known = renumbered.get(id);
    if (known !== undefined) return known;
    renumbered.set(id, values.length);
    values.push(tape.values[id]!);
    return values.length - 1;
  };

  const used = new Set<ValueId>(request.outputs.map(({ value }) => value));
  for (const { value } of request.updates) used.add(value);
  for (const index of kept) for (const id of tape.nodes[index]!.inputs) if (id !== null) used.add(id);
  const inputs = request.inputs
    .filter(({ kind, value }) => kind === 'data' || used.has(value))
    .map((input) => ({ ...input, value: renumber(input.value) }));
  const frames = new FrameSubset(request.frames);
  const nodes = kept.map((index) => {
    const node = tape.nodes[index]!;
    return {
      ...node,
      inputs: node.inputs.map((id) => (id === null ? null : renumber(id))),
      outputs: node.outputs.map(renumber),
      frame: frames.keep(node.frame),
    } as TraceNode;
  });
  const rename = ({ name, value }: NamedValue): NamedValue => ({ name, value: renumber(value) });
  const outside = kept.filter((index) => index < request.firstNode).length;
  const position = (index: number): number => nodePosition.get(index) ?? outside + index - request.firstNode;
  const traced: TracedGraph = {
    mode: request.mode,
    inputs: inputs.filter(({ kind }) => kind === 'data').map(({ value }) => values[value]!),
    output: request.output,
    graph: {
      values,
      inputs,
      nodes,
      outputs: request.outputs.map(rename),
      updates: request.updates.map(rename),
      counters: request.counters,
    },
    calls: request.calls.map((call) => ({
      ...call,
      frame: frames.keep(call.frame),
      firstNode: position(call.firstNode),
      endNode: position(call.endNode),
    })),
    frames: frames.kept,
    ...(request.unfinished && { unfinished: request.unfinished.map((frame) => frames.keep(frame)) }),
  };
  return { traced, unbound: unboundLeaves(tape, kept, request) };
}

function unboundLeaves(tape: TraceGraph, kept: readonly number[], request: ExtractionRequest): UnboundLeaf[] {
  const known = new Set(request.inputs.map(({ value }) => value));
  const leaves = new Set(tape.inputs.map(({ value }) => value));
  const unbound: UnboundLeaf[] = [];
  for (const index of kept) {
    const node = tape.nodes[index]!;
    for (const value of node.inputs) {
      if (value === null || known.has(value) || !leaves.has(value)) continue;
      known.add(value);
      unbound.push({ value, frame: node.frame });
    }
  }
  return unbound;
}

/** Tape indices, ascending, so that the order stays topological. */
function keptNodes(tape: TraceGraph, request: ExtractionRequest): number[] {
  const producer = new Map<ValueId, number>();
  tape.nodes.forEach((node, index) => {
    for (const id of node.outputs) producer.set(id, index);
  });
  const kept = new Set<number>();
  const bound = new Set(request.inputs.map(({ value }) => value));
  const pending: number[] = [];
  const need = (id: ValueId | null): void => {
    if (id === null || bound.has(id)) return;
    const index = producer.get(id);
    if (index !== undefined && !kept.has(index)) {
      kept.add(index);
      pending.push(index);
    }
  };
  for (let index = request.firstNode; index < request.endNode; index++) {
    kept.add(index);
    pending.push(index);
  }
  for (const { value } of [...request.outputs, ...request.updates]) need(value);
  while (pending.length > 0) for (const id of tape.nodes[pending.pop()!]!.inputs) need(id);
  return [...kept].sort((a, b) => a - b);
}

class FrameSubset {
  readonly kept: Frame[] = [];
  private readonly positions = new Map<number, number>();

  constructor(private readonly frames: readonly Frame[]) {}

  /** The new index of a frame, whose callers are kept too. */
  keep(index: number): number {
    if (index < 0) return -1;
    const known = this.positions.get(index);
    if (known !== undefined) return known;
    const frame = this.frames[index]!;
    const parent = this.keep(frame.parent);
    this.kept.push({ ...frame, parent });
    this.positions.set(index, this.kept.length - 1);
    return this.kept.length - 1;
  }
}
