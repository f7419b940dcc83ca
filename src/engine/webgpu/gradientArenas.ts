/**
 * @file Where gradients wait for their optimizer: side by side in one buffer a step, each as one tensor or as partial
 * sums that the step adds up.
 */
import { elementCount, type ValueId } from '../../core/graph/ir';
import type { DeviceGraph, DeviceNode, FusedNode } from './fusion/fusedOps';
import { partialStride } from './kernels/kernel';
import type { Location } from './plan';
import { aligned } from './sizes';

/** Partial sums of all gradients, and of one, beyond the gradients themselves. */
const spareBytes = 32 * 2 ** 20;
const mostBytes = 4 * 2 ** 20;

interface GradientPlace {
  /** In vectors of four. */
  readonly gradient: number;
  readonly splits: number;
  readonly stride: number;
}

type ArenaLocation = Extract<Location, { kind: 'arena' }>;

export class GradientArenas {
  /** Bytes of each arena. */
  readonly sizes: number[] = [];
  private readonly steps: readonly DeviceNode[];
  /** By gradient that is computed for one step alone, hence in its arena. */
  private readonly arenas = new Map<ValueId, number>();
  private readonly places = new Map<ValueId, GradientPlace>();

  /** By arena: bytes that partial sums may still take. */
  private readonly spare: number[] = [];

  constructor(
    private readonly graph: DeviceGraph,
    maxBindingBytes: number,
  ) {
    this.steps = graph.nodes.filter(({ op }) => op === 'optimizer_step');
    const uses = new Map<ValueId, number>();
    const count = (value: ValueId | null): void => {
      if (value !== null) uses.set(value, (uses.get(value) ?? 0) + 1);
    };

    for (const node of graph.nodes) node.inputs.forEach(count);
    for (const { value } of [...graph.outputs, ...graph.updates]) count(value);
    const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    this.steps.forEach((step, arena) => {
      this.sizes.push(0);
      const { count: gradients } = (step as FusedNode<'optimizer_step'>).attributes;
      const bytes = step.inputs
        .slice(0, gradients)
        .reduce<number>((sum, value) => sum + aligned(partialStride(this.elements(value!)) * 4), 0);
      // Rounding up takes less than half as much again, of small gradients.
      this.spare.push(Math.max(0, Math.min(spareBytes, (maxBindingBytes - bytes) / 2)));
      for (const value of step.inputs.slice(0, gradients)) {
        if (value !== null && computed.has(value) && uses.get(value) === 1) this.arenas.set(value, arena);
      }
    });
  }

  of(step: DeviceNode): number {
    return this.steps.indexOf(step);
  }

  /**
   * As how many partial sums a gradient may be left: few for large ones, since they stay until the end of the run. 0 for
   * any other value.
   */
  maxPartials(value: ValueId): number {
    const arena = this.arenas.get(value);
    if (arena === undefined) return 0;
    const bytes = partialStride(this.elements(value)) * 4;
    return 1 + Math.floor(Math.min(this.spare[arena]!, mostBytes) / bytes);
  }

  /** Takes from what is spared for partial sums. */
  spend(partials: ReadonlyMap<ValueId, number>): void {
    for (const [value, splits] of partials) {
      const arena = this.arenas.get(value);
      if (arena !== undefined) this.spare[arena]! -= (splits - 1) * partialStride(this.elements(value)) * 4;
    }
  }

  private elements(value: ValueId): number {
    return elementCount(this.graph.values[value]!.shape);
  }

  take(arena: number, bytes: number): ArenaLocation {
    const offset = this.sizes[arena]!;
    this.sizes[arena] = offset + aligned(bytes);
    return { kind: 'arena', arena, offset, bytes: Math.max(16, Math.ceil(bytes / 16) * 16) };
  }

  /** Where a computed gradient goes; null for any other value. */
  place(value: ValueId, elements: number, splits: number): ArenaLocation | null {
    const arena = this.arenas.get(value);
    if (arena === undefined) return null;
    const stride = partialStride(elements);
    const location = this.take(arena, stride * splits * 4);
    this.places.set(value, { gradient: location.offset / 16, splits, stride: stride / 4 });
    return location;
  }

  /** Where the step finds a gradient; `copy` brings one that lies elsewhere. */
  gradient(
    arena: number,
    value: ValueId,
    elements: number,
    copy: (bytes: number) => Location,
  ): GradientPlace {
    const place = this.places.get(value);
    if (place && this.arenas.get(value) === arena) return place;
    const stride = partialStride(elements);
    const location = copy(stride * 4) as ArenaLocation;
    return { gradient: location.offset / 16, splits: 1, stride: stride / 4 };
  }
}
