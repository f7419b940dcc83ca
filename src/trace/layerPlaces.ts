/**
 * @file The places of a file that stand for layers and tensors: expressions that were evaluated, expressions that
 * built a module, and attributes that hold one; each with every use of it that a trace saw.
 */
import type {
  Frame,
  ModuleCall,
  ModuleInfo,
  SourceRange,
  StateEntry,
  TracedGraph,
  TraceResult,
  TypeTree,
} from '../core/graph/tracedModel';
import { groupBy } from '../core/groupBy';
import { fileClasses } from './attributeAssignments';

/** A model's graph, whole or up to an error. */
export interface TracedCall {
  readonly model: string;
  readonly graph: TracedGraph;
  readonly modules: readonly ModuleInfo[];
  readonly state: readonly StateEntry[];
}

/** One evaluation of an expression, or one call of a module. */
export interface LayerUse {
  readonly traced: TracedCall;
  /** Null where the expression is no call of a module. */
  readonly call: ModuleCall | null;
  /** Of the expression; -1 where the module was called from elsewhere. */
  readonly frame: number;
  readonly output: TypeTree;
}

export interface LayerPlace {
  readonly kind: 'expression' | 'construction' | 'attribute';
  readonly range: Omit<SourceRange, 'file'>;
  /** In the order in which they ran; never empty. All of one model: the first of the file that uses the place. */
  readonly uses: readonly LayerUse[];
}

/** Editors ask again at every scroll and every hover. */
const known = new WeakMap<TraceResult, Map<string, readonly LayerPlace[]>>();

/** @param text of the file as it was traced; without it no attributes are found */
export function layerPlaces(result: TraceResult, file: string, text = ''): readonly LayerPlace[] {
  const byFile = known.get(result) ?? new Map<string, readonly LayerPlace[]>();
  known.set(result, byFile);
  const places = byFile.get(file) ?? findPlaces(result, file, text);
  byFile.set(file, places);
  return places;
}

function findPlaces(result: TraceResult, file: string, text: string): LayerPlace[] {
  const places = new Map<string, LayerPlace>();
  for (const traced of tracedCalls(result)) {
    const found = [
      ...expressions(traced, file),
      ...constructions(traced, file),
      ...attributes(traced, file, text),
    ];
    for (const place of found) {
      const key = `${place.kind} ${rangeKey(place.range)}`;
      if (!places.has(key)) places.set(key, place);
    }
  }
  return [...places.values()];
}

function tracedCalls({ models, interrupted = [] }: TraceResult): TracedCall[] {
  return [
    ...models.flatMap(({ graphs, ...rest }) => graphs.slice(0, 1).map((graph) => ({ ...rest, graph }))),
    ...interrupted,
  ];
}

function rangeKey({ line, column, endLine, endColumn }: LayerPlace['range']): string {
  return `${line}:${column}-${endLine}:${endColumn}`;
}

function collect(
  kind: LayerPlace['kind'],
  found: Iterable<readonly [LayerPlace['range'], readonly LayerUse[]]>,
): LayerPlace[] {
  return [...groupBy(found, ([range]) => rangeKey(range)).values()]
    .map((group) => ({ kind, range: group[0]![0], uses: group.flatMap(([, uses]) => uses) }))
    .filter(({ uses }) => uses.length > 0);
}

function expressions(traced: TracedCall, file: string): LayerPlace[] {
  const { frames } = traced.graph;
  return collect(
    'expression',
    evaluations(traced)
      .filter(({ frame }) => frames[frame]!.file === file)
      .map((use) => [frames[use.frame]!, [use]]),
  );
}

/** What each frame's expression gave: the module that it called, else the last op in it. */
function evaluations(traced: TracedCall): LayerUse[] {
  const { graph, frames, calls, unfinished } = traced.graph;
  const outputs = new Map<number, TypeTree>();
  const called = new Map<number, ModuleCall>();
  for (const { outputs: values, frame } of graph.nodes) {
    const value = values[0];
    if (value === undefined) continue;
    for (let each = frame; each >= 0; each = frames[each]!.parent) outputs.set(each, graph.values[value]!);
  }
  for (const [frame, tuple] of tupleFrames(traced.graph)) outputs.set(frame, tuple);
  for (const call of calls) {
    // Calls come outermost first: a Sequential's own call is the expression, not its children's.
    if (call.frame < 0 || called.has(call.frame)) continue;
    called.set(call.frame, call);
    if (hasTensor(call.output)) outputs.set(call.frame, call.output);
  }
  for (const frame of unfinished ?? []) outputs.delete(frame);
  return [...outputs]
    .sort(([a], [b]) => a - b)
    .map(([frame, output]) => ({ traced, frame, output, call: called.get(frame) ?? null }));
}

/** More than this are pieces of one result, not results. */
const mostMembers = 8;

/** Calls of library functions that gave several tensors, as `chunk` does: what none of their own ops went on to use. */
function tupleFrames({ graph, frames }: TracedGraph): [number, TypeTree][] {
  const own = groupBy(
    graph.nodes.filter(({ frame }) => frame >= 0),
    ({ frame }) => frame,
  );
  const parents = new Set(frames.map(({ parent }) => parent));
  return [...own].flatMap(([frame, nodes]): [number, TypeTree][] => {
    if (nodes.length < 2 || parents.has(frame)) return [];
    const used = new Set(nodes.flatMap(({ inputs }) => inputs));
    const results = nodes.map(({ outputs }) => outputs[0]!).filter((value) => !used.has(value));
    if (results.length < 2 || results.length > mostMembers) return [];
    return [[frame, { tuple: results.map((value) => graph.values[value]!) }]];
  });
}

export function hasTensor(tree: TypeTree): boolean {
  if (tree === null) return false;
  if ('shape' in tree) return true;
  return ('tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict)).some(
    hasTensor,
  );
}

function constructions(traced: TracedCall, file: string): LayerPlace[] {
  const built = new Map<string, LayerPlace['range']>();
  for (const { path, construction } of traced.modules)
    if (construction?.file === file) built.set(path, construction);
  return collect(
    'construction',
    finishedCalls(traced).flatMap((use) => {
      const range = built.get(use.call.path);
      return range ? [[range, [use]] as const] : [];
    }),
  );
}

/** `self.conv1 = conv3x3(64, 64)`: the module that each instance of the class holds under this name. */
function attributes(traced: TracedCall, file: string, text: string): LayerPlace[] {
  if (text === '') return [];
  const { assignments, bases } = fileClasses(text);
  const classes = new Map(traced.modules.map((module) => [module.path, module]));
  const calls = groupBy(finishedCalls(traced), ({ call }) => call.path);
  const held = new Map<string, ModuleInfo[]>();
  for (const module of traced.modules) {
    for (const path of [module.path, ...module.aliases]) {
      const dot = path.lastIndexOf('.');
      const owner = path === '' ? undefined : classes.get(dot < 0 ? '' : path.slice(0, dot));
      for (const name of (owner && bases.get(owner.class)) ?? []) {
        const key = `${name}.${path.slice(dot + 1)}`;
        held.set(key, [...(held.get(key) ?? []), module]);
      }
    }
  }
  const rivals = groupBy(assignments, ({ className, attribute }) => `${className}.${attribute}`);
  return collect(
    'attribute',
    assignments.map((range) => {
      const key = `${range.className}.${range.attribute}`;
      const alone = rivals.get(key)!.length === 1;
      const modules = (held.get(key) ?? []).filter(
        // Of several branches that assign it, the one that ran holds the expression that built it.
        ({ construction }) => alone || (construction?.file === file && contains(range, construction)),
      );
      const uses = [...new Set(modules)].flatMap(({ path }) => calls.get(path) ?? []);
      return [range, uses.sort((a, b) => a.call.firstNode - b.call.firstNode)] as const;
    }),
  );
}

function finishedCalls(traced: TracedCall): (LayerUse & { readonly call: ModuleCall })[] {
  return traced.graph.calls
    .filter(({ output }) => hasTensor(output))
    .map((call) => ({ traced, call, frame: call.frame, output: call.output }));
}

export function contains(outer: LayerPlace['range'], inner: LayerPlace['range']): boolean {
  const startsBefore = outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column);
  const endsAfter =
    outer.endLine > inner.endLine || (outer.endLine === inner.endLine && outer.endColumn >= inner.endColumn);
  return startsBefore && endsAfter;
}

/** Nodes that an evaluation ran, in order. */
export function nodesOf({ traced, call, frame }: LayerUse): TracedGraph['graph']['nodes'] {
  const { graph, frames } = traced.graph;
  if (call) return graph.nodes.slice(call.firstNode, call.endNode);
  const within = (index: number): boolean =>
    index >= 0 && (index === frame || within(parentOf(frames, index)));
  return graph.nodes.filter((node) => within(node.frame));
}

function parentOf(frames: readonly Frame[], index: number): number {
  return frames[index]!.parent;
}
