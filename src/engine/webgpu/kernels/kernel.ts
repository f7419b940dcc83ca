/**
 * @file The language that kernels are written in. A rule turns one graph node into dispatches; a dispatch names its
 * buffers and numbers, and the WGSL declarations are generated from those names, so the two cannot disagree.
 *
 * Bodies are TypeScript template strings rather than `.wgsl` files, because most are unrolled from tile sizes and
 * none stands alone without its generated declarations.
 */
import type { DType, GraphNode, TensorType, ValueId } from '../../../core/graph/ir';
import type { OpName } from '../../../core/ops/attributes';
import type { FusedNode, FusedOpName } from '../fusion/fusedOps';

/** What a buffer's bytes are seen as. Floats and bool are `f32`, integers `i32`; copies see any of them as `u32`. */
export type Element = 'f32' | 'i32' | 'u32' | 'vec2f' | 'vec4f' | 'vec4i' | 'vec4u';

/** What a kernel binds. */
export type Operand =
  /** A tensor of the graph. */
  | { readonly kind: 'value'; readonly value: ValueId }
  /** Memory for the time of one node. */
  | { readonly kind: 'scratch'; readonly bytes: number }
  /** Numbers known when compiling. */
  | { readonly kind: 'table'; readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> }
  | PackedOperand
  /** All states that lie side by side. */
  | { readonly kind: 'page'; readonly page: number }
  /** All gradients of one optimizer step. */
  | { readonly kind: 'arena'; readonly arena: number };

/** Weights in another order than the state's. */
export interface PackedOperand {
  readonly kind: 'packed';
  readonly bytes: number;
}

/** How an operand of packed weights comes about: by the planner, with all others at once, or by a dispatch. */
export interface WeightPack {
  readonly operand: PackedOperand;
  readonly weight: ValueId;
  /** By packed element: the index of the weight, or −1 for a zero. */
  sources(): Int32Array<ArrayBuffer>;
  readonly dispatch: Dispatch;
}

export interface Binding {
  readonly operand: Operand;
  readonly element: Element;
  /** `update` reads and writes; an operand that is written may not be bound a second time in its dispatch. */
  readonly access: 'read' | 'write' | 'update';
}

/** A number in the dispatch's uniform block. */
export interface Param {
  readonly type: 'u32' | 'i32' | 'f32';
  readonly value: number;
}

export interface Dispatch {
  /** For labels and errors. */
  readonly name: string;
  readonly source: string;
  readonly bindings: readonly Binding[];
  readonly params: readonly Param[];
  readonly workgroups: readonly [number, number, number];
}

/** What becomes of a node. */
export type Lowering =
  | {
      readonly dispatches: readonly Dispatch[];
      /**
       * Pairs (output, input): the dispatches bind only the output, for update, and find the input's content in it.
       * The planner lets both share a buffer or copies first.
       */
      readonly inPlace?: readonly (readonly [output: number, input: number])[];
      /** Packed weights that the dispatches bind. */
      readonly packs?: readonly WeightPack[];
      /** Outputs left as that many partial sums one after the other, `partialStride` apart; see `maxPartials`. */
      readonly partials?: ReadonlyMap<ValueId, number>;
    }
  /** The only output is the same bytes as this value. */
  | { readonly alias: ValueId }
  /** The only output never changes. */
  | { readonly constant: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> };

/** Types by value id, as `Graph.values`. */
export type TypeOf = (value: ValueId) => TensorType;

/** What a rule may know of the device and of the graph around its node. */
export interface KernelContext {
  /** Lanes of a subgroup where all have as many, and kernels may use them; null elsewhere. */
  readonly subgroupSize: number | null;
  /** As how many partial sums the output may be left, which its only reader adds up; 0 where that does not. */
  maxPartials(output: ValueId): number;
  /** Where the channels of N×C×H×W lie: those of one sample are `total` apart, beginning at `first`. */
  channels(value: ValueId): { readonly first: number; readonly total: number };
}

export type KernelRule<K extends OpName> = (
  node: GraphNode<K>,
  typeOf: TypeOf,
  context: KernelContext,
) => Lowering;

export type FusedKernelRule<K extends FusedOpName> = (
  node: FusedNode<K>,
  typeOf: TypeOf,
  context: KernelContext,
) => Lowering;

/** Elements between partial sums of a tensor of `count`. */
export const partialStride = (count: number): number => Math.ceil(count / 4) * 4;

export const read = (operand: Operand, element: Element): Binding => ({ operand, element, access: 'read' });
export const write = (operand: Operand, element: Element): Binding => ({ operand, element, access: 'write' });
export const update = (operand: Operand, element: Element): Binding => ({
  operand,
  element,
  access: 'update',
});
export const value = (id: ValueId): Operand => ({ kind: 'value', value: id });
export const table = (data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): Operand => ({
  kind: 'table',
  data,
});
/** Memory of `count` 4-byte elements that only this node sees. */
export const scratch = (count: number): Operand => ({ kind: 'scratch', bytes: count * 4 });

export const u32 = (number: number): Param => ({ type: 'u32', value: number });
export const i32 = (number: number): Param => ({ type: 'i32', value: number });
export const f32 = (number: number): Param => ({ type: 'f32', value: number });

export function storageOf(dtype: DType): 'f32' | 'i32' {
  return dtype.startsWith('float') || dtype === 'bfloat16' || dtype === 'bool' ? 'f32' : 'i32';
}

export interface KernelSpec {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  /** Fields of the uniform `params`, in this order. */
  readonly params: Readonly<Record<string, Param>>;
  /** Functions, aliases and workgroup variables. */
  readonly declarations?: string;
  /** The kernel uses subgroup operations, and sees `subgroup_lane`. */
  readonly subgroups?: boolean;
  /** Statements of the entry point. */
  readonly body: string;
}

/** Invocations of a workgroup where a kernel has no reason to choose. */
export const workgroupSize = 64;
/** WebGPU's limit on each side of a dispatch; longer ones are folded into rows. */
export const maxWorkgroupsPerDimension = 65535;

/** One invocation an item: the body sees `index`, below `threads`. */
export function perThread(spec: KernelSpec & { readonly threads: number }): Dispatch {
  return assemble(spec, {
    size: workgroupSize,
    workgroups: Math.ceil(spec.threads / workgroupSize),
    params: { threads: u32(spec.threads), ...spec.params },
    prologue: `let index = (group.y * groups.x + group.x) * ${workgroupSize}u + lane;
  if (index >= params.threads) { return; }`,
  });
}

/** One workgroup an item: the body sees `item`, below `items`, and `lane`, below `size`. */
export function perWorkgroup(spec: KernelSpec & { readonly items: number; readonly size: number }): Dispatch {
  return assemble(spec, {
    size: spec.size,
    workgroups: spec.items,
    params: { items: u32(spec.items), ...spec.params },
    prologue: `let item = group.y * groups.x + group.x;
  if (item >= params.items) { return; }`,
  });
}

/** A grid of workgroups of `size` invocations, which the body finds its way in by `group` and `lane`. */
export function onGrid(
  spec: KernelSpec & { readonly grid: readonly [number, number, number]; readonly size: number },
): Dispatch {
  for (const side of spec.grid) {
    if (side > maxWorkgroupsPerDimension) throw new Error(`${spec.name} needs a side of ${side} workgroups`);
  }
  return {
    ...assemble(spec, { size: spec.size, workgroups: 1, params: spec.params, prologue: '' }),
    workgroups: spec.grid,
  };
}

interface Assembly {
  readonly size: number;
  readonly workgroups: number;
  readonly params: Readonly<Record<string, Param>>;
  readonly prologue: string;
}

function assemble(spec: KernelSpec, { size, workgroups, params, prologue }: Assembly): Dispatch {
  const rows = Math.max(1, Math.ceil(workgroups / maxWorkgroupsPerDimension));
  const fields = Object.entries(params).map(([name, param]) => `${name}: ${param.type}`);
  const bindings = Object.entries(spec.bindings).map(([name, { element, access }], index) => {
    const mode = access === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${index + 1}) var<storage, ${mode}> ${name}: array<${element}>;`;
  });
  return {
    name: spec.name,
    bindings: Object.values(spec.bindings),
    params: Object.values(params),
    workgroups: [Math.max(1, Math.ceil(workgroups / rows)), rows, 1],
    source: `${spec.subgroups ? 'enable subgroups;\n' : ''}struct Params { ${fields.join(', ')} }
@group(0) @binding(0) var<uniform> params: Params;
${bindings.join('\n')}
${spec.declarations ?? ''}
@compute @workgroup_size(${size})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,${spec.subgroups ? '\n  @builtin(subgroup_invocation_id) subgroup_lane: u32,' : ''}
) {
  ${prologue}
${spec.body}
}
`,
  };
}
