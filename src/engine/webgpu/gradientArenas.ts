/**
 * @file Where gradients wait for their optimizer: side by side in one buffer a step, each as one tensor or as partial
 * sums that the step adds up.
 */
import type { ValueId } from '../../core/graph/ir';
import type { DeviceGraph, DeviceNode, FusedNode } from './fusion/fusedOps';
import { partialStride } from './kernels/kernel';
import type { Location } from './plan';
import { aligned } from './sizes';

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

  constructor(graph: DeviceGraph) {
    this.steps = graph.nodes.filter(({ op }) => op === 'optimizer_step');
    const uses = new Map<ValueId, number>();
    const count = (value: ValueId | null): void => {
      if (value !== null) uses.set(value, (uses.get(value) ?? 0) + 1);
    };
    // A norm's own backward kernel, which also makes the gradients, may read them: it writes no other.
    for (const node of graph.nodes) node.inputs.forEach(count);
    for (const { value } of [...graph.outputs, ...graph.updates]) count(value);
    const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    this.steps.forEach((step, arena) => {
      this.sizes.push(0);
      const { count: gradients } = (step as FusedNode<'optimizer_step'>).attributes;
      for (const value of step.inputs.slice(0, gradients)) {
        if (value !== null && computed.has(value) && uses.get(value) === 1) this.arenas.set(value, arena);
      }
    });
  }

  of(step: DeviceNode): number {
    return this.steps.indexOf(step);
  }

  holds(value: ValueId): boolean {
    return this.arenas.has(value);
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
