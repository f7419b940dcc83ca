/**
 * @file Decides where every tensor of a graph lives and in what order things happen, without touching a device.
 *
 * Intermediate tensors share *slots*, each its own buffer: WebGPU forbids binding one buffer both read-only and
 * writable in a dispatch, whatever the ranges, so one big arena would not do. A slot is taken again once nothing
 * later reads its tensor.
 */
import { elementCount, type Graph, type GraphNode, type TensorType, type ValueId } from '../../core/graph/ir';
import type { Dispatch, Lowering, Operand } from './kernels/kernel';
import { lower } from './kernels/kernels';

export type Location =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'state'; readonly name: string }
  | { readonly kind: 'data'; readonly name: string }
  | { readonly kind: 'scalar'; readonly index: number }
  /** A region of the buffer of everything known when compiling. */
  | { readonly kind: 'constant'; readonly offset: number; readonly bytes: number };

export type PlannedStep =
  | {
      readonly kind: 'dispatch';
      /** Index into `Graph.nodes`. */
      readonly node: number;
      readonly dispatch: Dispatch;
      /** Parallel to `dispatch.bindings`. */
      readonly locations: readonly Location[];
    }
  | PlannedCopy;

export interface PlannedCopy {
  readonly kind: 'copy';
  readonly from: Location;
  readonly to: Location;
  readonly bytes: number;
}

export interface PlannedTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly location: Location;
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** After the steps and after the outputs are read: new values of states that no kernel updated in place. */
  readonly updates: readonly PlannedCopy[];
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  readonly constants: Uint8Array<ArrayBuffer>;
  readonly data: readonly PlannedTensor[];
  /** Names, by index of their location. */
  readonly scalars: readonly string[];
  readonly states: readonly PlannedTensor[];
  readonly outputs: readonly PlannedTensor[];
}

/** Offsets of bound regions must be multiples of this (WebGPU's default limit for uniform and storage). */
export const offsetAlignment = 256;

/** Buffers hold whole vectors of four, so that kernels may read and write past the last element. */
export function paddedBytes({ shape }: TensorType): number {
  return Math.max(16, Math.ceil(elementCount(shape) / 4) * 16);
}

/** @throws Error naming op and tensor where one is larger than `maxBindingBytes`. */
export function planGraph(graph: Graph, maxBindingBytes: number): Plan {
  return new Planner(graph, maxBindingBytes).plan();
}

interface LoweredNode {
  readonly index: number;
  readonly node: GraphNode;
  readonly lowering: Lowering;
}

class Planner {
  private readonly locations = new Map<ValueId, Location>();
  /** Values that are another value's bytes, by the value that owns them. */
  private readonly owners = new Map<ValueId, ValueId>();
  private readonly lastUse = new Map<ValueId, number>();
  private readonly steps: PlannedStep[] = [];
  private readonly slots: number[] = [];
  private readonly freeSlots = new Set<number>();
  private readonly constantChunks: {
    readonly offset: number;
    readonly data: ArrayBufferView<ArrayBuffer>;
  }[] = [];
  private constantBytes = 0;
  private readonly updatedInPlace = new Set<string>();

  constructor(
    private readonly graph: Graph,
    private readonly maxBindingBytes: number,
  ) {}

  plan(): Plan {
    const { graph } = this;
    const scalars = graph.inputs.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
    for (const { kind, name, value } of graph.inputs) {
      const location: Location = kind === 'scalar' ? { kind, index: scalars.indexOf(name) } : { kind, name };
      this.checkSize(paddedBytes(this.type(value)), `${kind} "${name}"`, value);
      this.locations.set(value, location);
    }
    const nodes = this.liveNodes().map((index): LoweredNode => {
      const node = graph.nodes[index]!;
      return { index, node, lowering: lower(node, (value) => this.type(value)) };
    });
    this.findLastUses(nodes);
    for (const node of nodes) this.place(node);
    const outputs = graph.outputs.map(({ name, value }) => this.tensor(name, value));
    const updates = this.planUpdates();
    return {
      steps: this.steps,
      updates,
      slots: this.slots,
      constants: this.packConstants(),
      scalars,
      data: this.inputsOf('data'),
      states: this.inputsOf('state'),
      outputs,
    };
  }

  private type(value: ValueId): TensorType {
    return this.graph.values[value]!;
  }

  private owner(value: ValueId): ValueId {
    return this.owners.get(value) ?? value;
  }

  private location(value: ValueId): Location {
    const location = this.locations.get(this.owner(value));
    if (!location) throw new Error(`value ${value} is read before it is computed`);
    return location;
  }

  private tensor(name: string, value: ValueId): PlannedTensor {
    return { name, type: this.type(value), location: this.location(value) };
  }

  private inputsOf(kind: 'data' | 'state'): PlannedTensor[] {
    return this.graph.inputs
      .filter((input) => input.kind === kind)
      .map(({ name, value }) => this.tensor(name, value));
  }

  /** Nodes that an output or an update depends on. */
  private liveNodes(): number[] {
    const needed = new Set<ValueId>([...this.graph.outputs, ...this.graph.updates].map(({ value }) => value));
    const live: number[] = [];
    for (let index = this.graph.nodes.length - 1; index >= 0; index--) {
      const { inputs, outputs } = this.graph.nodes[index]!;
      if (!outputs.some((output) => needed.has(output))) continue;
      live.push(index);
      for (const input of inputs) if (input !== null) needed.add(input);
    }
    return live.reverse();
  }

  private findLastUses(nodes: readonly LoweredNode[]): void {
    for (const { index, node, lowering } of nodes) {
      if ('alias' in lowering) this.owners.set(node.outputs[0]!, this.owner(lowering.alias));
      for (const input of node.inputs) if (input !== null) this.lastUse.set(this.owner(input), index);
    }
    for (const { value } of [...this.graph.outputs, ...this.graph.updates]) {
      this.lastUse.set(this.owner(value), this.graph.nodes.length);
    }
  }

  private place({ index, node, lowering }: LoweredNode): void {
    if ('alias' in lowering) {
      this.release(node, index, []);
      return;
    }
    if ('constant' in lowering) {
      this.locations.set(node.outputs[0]!, this.constant(lowering.constant));
      return;
    }
    const inPlace = new Map(lowering.inPlace ?? []);
    node.outputs.forEach((output, i) => {
      const input = inPlace.get(i);
      const source = input === undefined ? null : node.inputs[input]!;
      const location =
        source === null ? this.slotFor(output, node) : this.updated(output, source, node, index);
      this.locations.set(output, location);
    });
    const scratch = new Map<Operand, Location>();
    for (const dispatch of lowering.dispatches) {
      const locations = dispatch.bindings.map(({ operand }) => {
        if (operand.kind === 'value') return this.location(operand.value);
        let location = scratch.get(operand);
        if (!location) {
          location = operand.kind === 'table' ? this.constant(operand.data) : this.slot(operand.bytes, node);
          scratch.set(operand, location);
        }
        return location;
      });
      this.steps.push({ kind: 'dispatch', node: index, dispatch, locations });
    }
    this.release(node, index, [...scratch.values()]);
  }

  /**
   * Where the updated content of `source` goes: over the state itself if the graph's end wants it there and nobody
   * else reads the old one, else into a copy.
   */
  private updated(output: ValueId, source: ValueId, node: GraphNode, index: number): Location {
    const owner = this.owner(source);
    const location = this.location(source);
    const wanted =
      location.kind === 'state' &&
      this.graph.updates.some(({ name, value }) => name === location.name && value === output);
    const onlyHere =
      this.lastUse.get(owner) === index &&
      node.inputs.filter((input) => input !== null && this.owner(input) === owner).length === 1;
    if (wanted && onlyHere && location.kind === 'state') {
      this.updatedInPlace.add(location.name);
      return location;
    }
    const copy = this.slotFor(output, node);
    this.steps.push({ kind: 'copy', from: location, to: copy, bytes: paddedBytes(this.type(output)) });
    return copy;
  }

  private planUpdates(): PlannedCopy[] {
    const copies: PlannedCopy[] = [];
    for (const { name, value } of this.graph.updates) {
      if (this.updatedInPlace.has(name)) continue;
      const bytes = paddedBytes(this.type(value));
      let from = this.location(value);
      if (from.kind === 'state') {
        if (from.name === name) continue;
        // Another update may overwrite it first: states that swap go through a slot.
        const staged: Location = { kind: 'slot', slot: this.takeSlot(bytes) };
        this.steps.push({ kind: 'copy', from, to: staged, bytes });
        from = staged;
      }
      copies.push({ kind: 'copy', from, to: { kind: 'state', name }, bytes });
    }
    return copies;
  }

  private release(node: GraphNode, index: number, scratch: readonly Location[]): void {
    const free = (location: Location | undefined): void => {
      if (location?.kind === 'slot') this.freeSlots.add(location.slot);
    };
    scratch.forEach(free);
    for (const value of [...node.inputs, ...node.outputs]) {
      if (value === null) continue;
      const owner = this.owner(value);
      if ((this.lastUse.get(owner) ?? index) <= index) free(this.locations.get(owner));
    }
  }

  private slotFor(value: ValueId, node: GraphNode): Location {
    const bytes = paddedBytes(this.type(value));
    this.checkSize(bytes, `the result of ${node.op}`, value);
    return { kind: 'slot', slot: this.takeSlot(bytes) };
  }

  private slot(bytes: number, node: GraphNode): Location {
    const padded = Math.max(16, Math.ceil(bytes / 16) * 16);
    this.checkSize(padded, `working memory of ${node.op}`, node.outputs[0]!);
    return { kind: 'slot', slot: this.takeSlot(padded) };
  }

  /** The smallest free slot that wastes at most half of itself, else a new one. */
  private takeSlot(bytes: number): number {
    let best = -1;
    for (const slot of this.freeSlots) {
      const size = this.slots[slot]!;
      if (size >= bytes && size <= 2 * bytes && (best < 0 || size < this.slots[best]!)) best = slot;
    }
    if (best < 0) return this.slots.push(bytes) - 1;
    this.freeSlots.delete(best);
    return best;
  }

  private constant(data: ArrayBufferView<ArrayBuffer>): Location {
    const bytes = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const offset = this.constantBytes;
    this.constantChunks.push({ offset, data });
    this.constantBytes += Math.ceil(bytes / offsetAlignment) * offsetAlignment;
    return { kind: 'constant', offset, bytes };
  }

  private packConstants(): Uint8Array<ArrayBuffer> {
    const packed = new Uint8Array(Math.max(offsetAlignment, this.constantBytes));
    for (const { offset, data } of this.constantChunks) {
      packed.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    }
    return packed;
  }

  private checkSize(bytes: number, what: string, value: ValueId): void {
    if (bytes <= this.maxBindingBytes) return;
    const { shape, dtype } = this.type(value);
    throw new Error(
      `${what}, ${shape.join('×') || 'a scalar'} of ${dtype}, needs ${megabytes(bytes)}, but this device binds at most ` +
        `${megabytes(this.maxBindingBytes)} at once. Use a smaller input size or batch size.`,
    );
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}
