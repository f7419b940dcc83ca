/** @file A traced graph as the tree of blocks that its author wrote: modules, blocks of modules, loose ops. */
import type { TraceNode } from '../../src/core/graph/ir';
import type { ModuleCall, StateEntry, TracedGraph, TypeTree } from '../../src/core/graph/tracedModel';
import { describeOp, type Family, familyOf } from './describeOp';
import { foldRepeats } from './foldRepeats';

export interface Block {
  /** Unique in its diagram and stable while the model's structure is: what is expanded survives an edit. */
  readonly id: string;
  readonly kind: 'input' | 'output' | 'module' | 'op' | 'repeat';
  /** Class or op, with what tells it from its siblings: `Conv2d 3×3`. */
  readonly title: string;
  /** `downs.0` as `named_modules` spells it; empty for loose ops. */
  readonly path: string;
  /** Output shape without the batch axis: `64×161×161`. */
  readonly shape: string;
  /** Trainable or not, buffers excluded. */
  readonly parameters: number;
  readonly family: Family;
  /** Index into `TracedGraph.frames`; -1 where no source line made it. */
  readonly frame: number;
  /** The block's nodes are `graph.nodes[firstNode … endNode)`; empty for inputs and outputs. */
  readonly firstNode: number;
  readonly endNode: number;
  /** Empty for leaves. */
  readonly children: readonly Block[];
}

/** Ops that hold no picture of their own: they feed numbers to the ops that are drawn. */
const unseenOps: ReadonlySet<string> = new Set(['constant', 'full']);

/** The blocks of the model itself, in execution order, between its inputs and its output. */
export function buildBlocks(traced: TracedGraph, state: readonly StateEntry[]): readonly Block[] {
  const root = callTree(traced.calls);
  const context = { traced, state, batch: traced.inputs[0]?.shape[0] ?? 1, used: usedNodes(traced) };
  const inputs = traced.inputs.map((type, index) =>
    endBlock('input', `input${index}`, 'Input', shapeText(type.shape, context.batch)),
  );
  const first = root?.call.firstNode ?? 0;
  const end = root?.call.endNode ?? traced.graph.nodes.length;
  const body = foldRepeats(traced.graph, childBlocks(context, root?.children ?? [], first, end));
  const output = endBlock('output', 'output0', 'Output', treeText(traced.output, context.batch));
  return [...inputs, ...body, output];
}

/** `1×28×28`: the batch axis is left out where it leads. A scalar is `scalar`. */
export function shapeText(shape: readonly number[], batch: number): string {
  const sizes = shape.length > 1 && shape[0] === batch ? shape.slice(1) : shape;
  return sizes.length === 0 ? 'scalar' : sizes.join('×');
}

interface CallNode {
  readonly call: ModuleCall;
  /** Counts the calls of one module: a shared pool is called at every level. */
  ordinal: number;
  readonly children: CallNode[];
}

interface Context {
  readonly traced: TracedGraph;
  readonly state: readonly StateEntry[];
  readonly batch: number;
  readonly used: ReadonlySet<number>;
}

/** Calls nest as their node ranges do; of two equal ranges the shorter path is the outer one. */
function callTree(calls: readonly ModuleCall[]): CallNode | null {
  const depth = (path: string): number => (path === '' ? 0 : path.split('.').length);
  const outerFirst = calls
    .map((call) => ({ call, ordinal: 0, children: [] as CallNode[] }))
    .filter(({ call }) => call.endNode > call.firstNode)
    .sort(
      ({ call: a }, { call: b }) =>
        a.firstNode - b.firstNode || b.endNode - a.endNode || depth(a.path) - depth(b.path),
    );
  const seen = new Map<string, number>();
  const open: CallNode[] = [];
  for (const node of outerFirst) {
    const { path, firstNode } = node.call;
    node.ordinal = seen.get(path) ?? 0;
    seen.set(path, node.ordinal + 1);
    while (open.length > 1 && firstNode >= open.at(-1)!.call.endNode) open.pop();
    open.at(-1)?.children.push(node);
    open.push(node);
  }
  return open[0] ?? null;
}

function childBlocks(context: Context, calls: readonly CallNode[], first: number, end: number): Block[] {
  const blocks: Block[] = [];
  let next = first;
  for (const child of calls) {
    blocks.push(...looseOps(context, next, child.call.firstNode));
    blocks.push(moduleBlock(context, child));
    next = child.call.endNode;
  }
  blocks.push(...looseOps(context, next, end));
  return blocks;
}

function looseOps(context: Context, first: number, end: number): Block[] {
  const { graph } = context.traced;
  const blocks: Block[] = [];
  for (let index = first; index < end; index++) {
    const node = graph.nodes[index]!;
    if (unseenOps.has(node.op) || !context.used.has(index)) continue;
    blocks.push({
      id: `op:${index}`,
      kind: 'op',
      title: describeOp(node, graph, node.op),
      path: '',
      shape: shapeText(graph.values[node.outputs[0]!]!.shape, context.batch),
      parameters: 0,
      family: familyOf(node.op),
      frame: node.frame,
      firstNode: index,
      endNode: index + 1,
      children: [],
    });
  }
  return blocks;
}

function moduleBlock(context: Context, node: CallNode): Block {
  const { call } = node;
  const { graph } = context.traced;
  const written = call.definition !== null || node.children.length > 0;
  let children = written ? childBlocks(context, node.children, call.firstNode, call.endNode) : [];
  // A block that only wraps another (`self.conv = nn.Sequential(…)`) opens straight to what is inside.
  if (children.length === 1 && children[0]!.children.length > 0) children = [...children[0]!.children];
  const main: TraceNode | undefined = graph.nodes[call.firstNode];
  const leafOp = main && children.length === 0 ? main : null;
  return {
    id: `${call.path}#${node.ordinal}`,
    kind: 'module',
    title: leafOp ? describeOp(leafOp, graph, call.class) : call.class,
    path: call.path,
    shape: treeText(call.output, context.batch),
    parameters: parametersOf(context.state, call.path),
    family: leafOp ? familyOf(leafOp.op) : 'block',
    frame: call.frame,
    firstNode: call.firstNode,
    endNode: call.endNode,
    children: foldRepeats(graph, children),
  };
}

function parametersOf(state: readonly StateEntry[], path: string): number {
  return state
    .filter((entry) => entry.kind === 'parameter' && entry.name.startsWith(`${path}.`))
    .reduce((sum, entry) => sum + entry.shape.reduce((product, size) => product * size, 1), 0);
}

/** Nodes whose result somebody reads: statistics kept on the side would only hang in the air. */
function usedNodes({ graph }: TracedGraph): ReadonlySet<number> {
  const read = new Set<number>(graph.outputs.map((output) => output.value));
  for (const node of graph.nodes) for (const input of node.inputs) if (input !== null) read.add(input);
  return new Set(
    graph.nodes.flatMap((node, index) => (node.outputs.some((id) => read.has(id)) ? [index] : [])),
  );
}

function treeText(tree: TypeTree, batch: number): string {
  if (tree === null) return 'None';
  if ('shape' in tree) return shapeText(tree.shape, batch);
  const parts = 'tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict);
  return parts.map((part) => treeText(part, batch)).join(', ');
}

function endBlock(kind: 'input' | 'output', id: string, title: string, shape: string): Block {
  return {
    id,
    kind,
    title,
    path: '',
    shape,
    parameters: 0,
    family: 'end',
    frame: -1,
    firstNode: 0,
    endNode: 0,
    children: [],
  };
}
