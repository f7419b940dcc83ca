/** @file Decides where every tensor of a graph lives and in what order things happen, without touching a device. */
import { elementCount, type Graph, type TensorType, type ValueId } from '../../core/graph/ir';
import { ConstantPool } from './constantPool';
import type { DeviceGraph, DeviceNode, FusedNode } from './fusion/fusedOps';
import { type FusionOptions, fuse } from './fusion/passes';
import { GradientArenas } from './gradientArenas';
import type { KernelContext, Lowering, Operand, WeightPack } from './kernels/kernel';
import { lower } from './kernels/kernels';
import { optimizerStep } from './kernels/optimizers';
import type { Location, Plan, PlannedCopy, PlannedStep, PlannedTensor } from './plan';
import { megabytes, paddedBytes } from './sizes';
import { SlotPool } from './slotPool';
import type { StatePlace } from './statePages';
import { WeightPacker } from './weightPacker';

export interface PlanOptions extends FusionOptions {
  readonly maxBindingBytes: number;
  /** Lanes of a subgroup where kernels may use them. */
  readonly subgroupSize: number | null;
}

/** @throws Error naming op and tensor where one is larger than `maxBindingBytes`. */
export function planGraph(graph: Graph, options: PlanOptions): Plan {
  return new Planner(fuse(graph, options), options).plan();
}

interface LoweredNode {
  readonly index: number;
  readonly node: DeviceNode;
  readonly lowering: Lowering;
}

class Planner {
  private readonly locations = new Map<ValueId, Location>();
  /** Values that are another value's bytes, by the value that owns them. */
  private readonly owners = new Map<ValueId, ValueId>();
  private readonly lastUse = new Map<ValueId, number>();
  private readonly steps: PlannedStep[] = [];
  private readonly slots = new SlotPool();
  private readonly constants = new ConstantPool();
  private readonly packer = new WeightPacker();
  private readonly arenas: GradientArenas;
  private readonly updatedInPlace = new Set<string>();

  constructor(
    private readonly graph: DeviceGraph,
    private readonly options: PlanOptions,
  ) {
    this.arenas = new GradientArenas(graph, options.maxBindingBytes);
  }

  plan(): Plan {
    const { graph } = this;
    const scalars = graph.inputs.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
    for (const { kind, name, value } of graph.inputs) {
      const location: Location = kind === 'scalar' ? { kind, index: scalars.indexOf(name) } : { kind, name };
      this.checkSize(paddedBytes(this.type(value)), `${kind} "${name}"`, value);
      this.locations.set(value, location);
    }
    const context: KernelContext = {
      subgroupSize: this.options.subgroupSize,
      maxPartials: (output) => this.arenas.maxPartials(output),
      channels: (value) => graph.views?.get(value) ?? { first: 0, total: this.type(value).shape[1] ?? 1 },
    };
    const nodes = this.liveNodes().map((index): LoweredNode => {
      const node = graph.nodes[index]!;
      const lowering = lower(node, (value) => this.type(value), context);
      if ('partials' in lowering && lowering.partials) this.arenas.spend(lowering.partials);
      return { index, node, lowering };
    });
    this.findLastUses(nodes);
    for (const node of nodes) this.place(node);
    const outputs = graph.outputs.map(({ name, value }) => this.tensor(name, value));
    const updates = this.planUpdates();
    return {
      steps: [...this.packing(), ...this.steps],
      updates,
      slots: this.slots.sizes,
      arenas: this.arenas.sizes,
      packedBytes: this.packer.bytes,
      constants: this.constants.pack(),
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
    for (const [part, { parent }] of this.graph.views ?? []) this.owners.set(part, parent);
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
      this.locations.set(node.outputs[0]!, this.constants.add(lowering.constant));
      return;
    }
    const inPlace = new Map(lowering.inPlace ?? []);
    node.outputs.forEach((part, i) => {
      // The whole is there as soon as its first part.
      const output = this.owner(part);
      if (this.locations.has(output)) return;
      const input = inPlace.get(i);
      const source = input === undefined ? null : node.inputs[input]!;
      const location =
        source === null
          ? this.placeFor(output, node, lowering.partials?.get(output) ?? 1)
          : this.updated(output, source, node, index);
      this.locations.set(output, location);
    });
    const own = new Map<Operand, Location>();
    for (const pack of lowering.packs ?? []) own.set(pack.operand, this.packed(pack, node, index));
    if (node.op === 'optimizer_step') this.placeOptimizer(node, index);
    for (const dispatch of lowering.dispatches) {
      const locations = dispatch.bindings.map(({ operand }) => this.operandLocation(operand, own, node));
      this.steps.push({ kind: 'dispatch', node: index, dispatch, locations });
    }
    this.release(node, index, [...own.values()]);
  }

  private operandLocation(operand: Operand, own: Map<Operand, Location>, node: DeviceNode): Location {
    switch (operand.kind) {
      case 'value':
        return this.location(operand.value);
      case 'page':
        return operand;
      case 'arena':
        return { kind: 'arena', arena: operand.arena, offset: 0, bytes: this.arenas.sizes[operand.arena]! };
    }
    let location = own.get(operand);
    if (!location) {
      if (operand.kind === 'packed') throw new Error(`${node.op} binds weights that nothing packs`);
      location = operand.kind === 'table' ? this.constants.add(operand.data) : this.slot(operand.bytes, node);
      own.set(operand, location);
    }
    return location;
  }

  /** Weights still as they were when the run began are packed then, all at once. */
  private packed(pack: WeightPack, node: DeviceNode, index: number): Location {
    const weight = this.location(pack.weight);
    const place = weight.kind === 'state' ? this.options.stateOf(weight.name) : undefined;
    const isOld = this.graph.inputs.some(({ value }) => value === this.owner(pack.weight));
    const early = place?.shared && isOld ? this.packer.add(pack, place) : null;
    if (early) return early;
    const location = this.slot(pack.operand.bytes, node);
    const own = new Map<Operand, Location>([[pack.operand, location]]);
    const locations = pack.dispatch.bindings.map(({ operand }) => this.operandLocation(operand, own, node));
    this.steps.push({ kind: 'dispatch', node: index, dispatch: pack.dispatch, locations });
    return location;
  }

  private packing(): PlannedStep[] {
    return this.packer.dispatches().map(({ dispatch, page, packed }): PlannedStep => {
      const [sources] = dispatch.bindings;
      if (sources?.operand.kind !== 'table') throw new Error('packing starts with its table');
      const locations = [this.constants.add(sources.operand.data), page, packed];
      return { kind: 'dispatch', node: -1, dispatch, locations };
    });
  }

  private placeOptimizer(node: FusedNode<'optimizer_step'>, index: number): void {
    const { count, states } = node.attributes;
    const arena = this.arenas.of(node);
    const placeOf = (value: ValueId): StatePlace => {
      const location = this.location(value);
      const place = location.kind === 'state' ? this.options.stateOf(location.name) : undefined;
      if (!place) throw new Error('an optimizer step updates something other than states');
      return place;
    };
    const stateInputs = (parameter: number) =>
      states.map((_, state) => placeOf(node.inputs[count + parameter * states.length + state]!));
    const places = Array.from({ length: count }, (_, parameter) => {
      const gradient = node.inputs[parameter]!;
      const elements = elementCount(this.type(gradient).shape);
      return {
        states: stateInputs(parameter).map(({ offset }) => offset / 16),
        ...this.arenas.gradient(arena, this.owner(gradient), elements, (bytes) =>
          this.copyInto(gradient, arena, bytes),
        ),
        length: Math.ceil(elements / 4),
      };
    });
    const pages = stateInputs(0).map(({ page }) => page);
    const dispatch = optimizerStep(node, pages, arena, places);
    const own = new Map<Operand, Location>();
    const locations = dispatch.bindings.map(({ operand }) => this.operandLocation(operand, own, node));
    this.steps.push({ kind: 'dispatch', node: index, dispatch, locations });
  }

  /** A gradient that could not be computed in its place. */
  private copyInto(gradient: ValueId, arena: number, bytes: number): Location {
    const to = this.arenas.take(arena, bytes);
    this.steps.push({ kind: 'copy', from: this.location(gradient), to, bytes });
    return to;
  }

  /**
   * Where the updated content of `source` goes: over the state itself if the graph's end wants it there and nobody
   * else reads the old one, else into a copy.
   */
  private updated(output: ValueId, source: ValueId, node: DeviceNode, index: number): Location {
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
    if (node.op === 'optimizer_step') throw new Error('an optimizer step updates a state that is read later');
    const copy = this.placeFor(output, node, 1);
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
        const staged: Location = { kind: 'slot', slot: this.slots.take(bytes) };
        this.steps.push({ kind: 'copy', from, to: staged, bytes });
        from = staged;
      }
      copies.push({ kind: 'copy', from, to: { kind: 'state', name }, bytes });
    }
    return copies;
  }

  private release(node: DeviceNode, index: number, scratch: readonly Location[]): void {
    const free = (location: Location | undefined): void => {
      if (location?.kind === 'slot') this.slots.release(location.slot);
    };
    scratch.forEach(free);
    for (const value of [...node.inputs, ...node.outputs]) {
      if (value === null) continue;
      const owner = this.owner(value);
      if ((this.lastUse.get(owner) ?? index) <= index) free(this.locations.get(owner));
    }
  }

  private placeFor(value: ValueId, node: DeviceNode, splits: number): Location {
    const type = this.type(value);
    this.checkSize(paddedBytes(type), `the result of ${node.op}`, value);
    const inArena = this.arenas.place(value, elementCount(type.shape), splits);
    return inArena ?? { kind: 'slot', slot: this.slots.take(paddedBytes(type)) };
  }

  private slot(bytes: number, node: DeviceNode): Location {
    const padded = Math.max(16, Math.ceil(bytes / 16) * 16);
    this.checkSize(padded, `working memory of ${node.op}`, node.outputs[0]!);
    return { kind: 'slot', slot: this.slots.take(padded) };
  }

  private checkSize(bytes: number, what: string, value: ValueId): void {
    const { maxBindingBytes } = this.options;
    if (bytes <= maxBindingBytes) return;
    const { shape, dtype } = this.type(value);
    throw new Error(
      `${what}, ${shape.join('×') || 'a scalar'} of ${dtype}, needs ${megabytes(bytes)}, but this device binds at most ` +
        `${megabytes(maxBindingBytes)} at once. Use a smaller input size or batch size.`,
    );
  }
}
