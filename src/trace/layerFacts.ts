/** @file What a hover says of a layer, one use of it at a time: sizes, cost, memory and how much of the image it sees. */
import { elementCount, type TensorType, type TraceNode } from '../core/graph/ir';
import type { TracedGraph, TypeTree } from '../core/graph/tracedModel';
import { type SizeFormula, sizeFormulas } from '../core/ops/sizeFormula';
import { tracedOps } from '../core/ops/traceOnly/tracedOps';
import { byteSize, keptForBackward } from '../core/passes/activationMemory';
import { nodeMacs } from '../core/passes/cost';
import { type ReceptiveField, receptiveFields } from '../core/passes/receptiveField';
import { contains, type LayerPlace, type LayerUse, nodesOf } from './layerPlaces';

export interface LayerFacts {
  /** As `named_modules` spells it; null where no module was called. */
  readonly path: string | null;
  /** The module's class; null where no module was called. */
  readonly class: string | null;
  readonly inputs: readonly TypeTree[];
  readonly output: TypeTree;
  /** Of the model's input: the size of its batch, by which the figures below are divided. */
  readonly batch: number;
  readonly formulas: readonly SizeFormula[];
  /** What the one op of the expression does, as a sentence. */
  readonly doc: string | null;
  readonly parameters: number;
  /** For one sample, as are the bytes. */
  readonly macs: number;
  readonly outputBytes: number;
  /** What autograd keeps of it in training; null where that is not certain. */
  readonly keptBytes: number | null;
  readonly field: ReceptiveField | null;
}

/** The innermost place at a position of the file as it was traced. `line` from 1, `column` from 0. */
export function placeAt(places: readonly LayerPlace[], line: number, column: number): LayerPlace | null {
  const position = { line, column, endLine: line, endColumn: column };
  return places
    .filter(({ range }) => contains(range, position))
    .reduce<LayerPlace | null>(
      (best, place) => (best && !contains(best.range, place.range) ? best : place),
      null,
    );
}

export function layerFacts(use: LayerUse): LayerFacts {
  const { traced, call, output } = use;
  const { graph } = traced.graph;
  const nodes = nodesOf(use);
  const batch = traced.graph.inputs[0]?.shape[0] ?? 1;
  const kept = keptForBackward(nodes, graph);
  const [only] = nodes;
  const prefix = call?.path ? `${call.path}.` : '';
  return {
    path: call?.path ?? null,
    class: call?.class ?? null,
    inputs: call ? call.inputs : outerInputs(nodes, traced.graph),
    output,
    batch,
    formulas: isLeaf(use) ? formulasOf(nodes, traced.graph) : [],
    doc: only && nodes.length === 1 ? tracedOps[only.op].doc : null,
    parameters: call
      ? traced.state
          .filter(({ name, kind }) => kind === 'parameter' && name.startsWith(prefix))
          .reduce((sum, { shape }) => sum + elementCount(shape), 0)
      : 0,
    macs: nodes.reduce((sum, node) => sum + nodeMacs(node, graph), 0) / batch,
    outputBytes: tensorsOf(output).reduce((sum, type) => sum + byteSize(type), 0) / batch,
    keptBytes: kept === null ? null : kept / batch,
    field: fieldOf(nodes, traced.graph),
  };
}

export function tensorsOf(tree: TypeTree): TensorType[] {
  if (tree === null) return [];
  if ('shape' in tree) return [tree];
  return ('tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict)).flatMap(
    tensorsOf,
  );
}

/** Tensors that come in from elsewhere: neither weights nor made on the way. */
function outerInputs(nodes: readonly TraceNode[], { graph }: TracedGraph): TensorType[] {
  const known = new Set(graph.inputs.filter(({ kind }) => kind !== 'data').map(({ value }) => value));
  const found: TensorType[] = [];
  for (const { inputs, outputs } of nodes) {
    for (const id of inputs) {
      if (id === null || known.has(id)) continue;
      known.add(id);
      found.push(graph.values[id]!);
    }
    for (const id of outputs) known.add(id);
  }
  return found;
}

/** No module of modules: its size follows from those of its children. */
function isLeaf({ traced, call }: LayerUse): boolean {
  if (!call) return true;
  const prefix = call.path === '' ? '' : `${call.path}.`;
  return !traced.modules.some(({ path }) => path !== '' && path.startsWith(prefix));
}

/** More than this is an algorithm, whose steps explain nothing. */
const mostFormulas = 3;

function formulasOf(nodes: readonly TraceNode[], { graph }: TracedGraph): SizeFormula[] {
  const found = nodes.flatMap((node) => sizeFormulas(node, graph));
  return found.length <= mostFormulas ? found : [];
}

const fields = new WeakMap<TracedGraph, readonly (ReceptiveField | null)[]>();

const norms = /^(?:Layer|Group|Instance|RMS|LocalResponse)Norm/i;

function fieldOf(nodes: readonly TraceNode[], traced: TracedGraph): ReceptiveField | null {
  const last = nodes.at(-1)?.outputs[0];
  if (last === undefined) return null;
  let known = fields.get(traced);
  if (!known) {
    known = receptiveFields(
      traced.graph,
      traced.calls.filter((call) => norms.test(call.class)),
    );
    fields.set(traced, known);
  }
  return known[last] ?? null;
}
