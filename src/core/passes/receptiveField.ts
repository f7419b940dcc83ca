/**
 * @file How much of the input image one element of each tensor sees: forward through the graph, the largest of the
 * branches that meet. Each op over windows of k (dilation d, stride s) makes size += d·(k − 1)·jump and jump *= s.
 */
import { sameShape, type TraceGraph, type TraceNode, type ValueId } from '../graph/ir';
import type { InterpolateAttributes } from '../ops/attributes';
import { reshapeGroups } from '../ops/reshapeGroups';
import { isTraceOnly } from '../ops/traceOnly/tracedOps';

/** Rows and columns of the input image. */
export interface ReceptiveField {
  /** Pixels; Infinity: all of them. */
  readonly size: readonly [number, number];
  /** Pixels of the input between neighbours here: the stride so far. */
  readonly jump: readonly [number, number];
}

type Axis = 0 | 1;
const axes: readonly Axis[] = [0, 1];

/** A field, and along which axes of the image each dimension of the tensor runs. */
interface Tracked extends ReceptiveField {
  readonly along: readonly (readonly Axis[])[];
  /** Axes that a reshape has cut into pieces: an op over one piece sees a part that is not followed. */
  readonly cut: readonly Axis[];
}

/** Null: no data comes in. 'unknown': it does, on ways that are not followed. */
type State = Tracked | 'unknown' | null;

/** Nodes that compute one layer, whose statistics over the image are by custom not counted (group norm, layer norm). */
export interface Span {
  readonly firstNode: number;
  readonly endNode: number;
}

/** By value; null where no image comes in or its way is not followed. Images are data inputs of N×C×H×W. */
export function receptiveFields(
  graph: TraceGraph,
  normalisations: readonly Span[] = [],
): (ReceptiveField | null)[] {
  const states: State[] = graph.values.map(() => null);
  for (const { kind, value } of graph.inputs) {
    if (kind !== 'data') continue;
    const isImage = graph.values[value]!.shape.length === 4;
    states[value] = isImage ? { size: [1, 1], jump: [1, 1], along: [[], [], [0], [1]], cut: [] } : 'unknown';
  }
  const normEnds = new Map(normalisations.map((span) => [span.endNode - 1, span]));
  graph.nodes.forEach((node, index) => {
    const state = stateAfter(node, graph, (id) => states[id] ?? null);
    for (const id of node.outputs) states[id] = state;
    const norm = normEnds.get(index);
    const input = norm && graph.nodes[norm.firstNode]?.inputs[0];
    const output = node.outputs[0]!;
    if (input != null && sameShape(graph.values[input]!.shape, graph.values[output]!.shape))
      states[output] = states[input] ?? null;
  });
  return states.map((state) => (state === null || state === 'unknown' ? null : state));
}

function stateAfter(node: TraceNode, graph: TraceGraph, stateOf: (id: ValueId) => State): State {
  const shapeOf = (id: ValueId) => graph.values[id]!.shape;
  const output = shapeOf(node.outputs[0]!);
  const [first, second] = node.inputs;
  if (node.op === 'matmul') {
    const [a, b] = [stateOf(first!), stateOf(second!)];
    return matmul(a, shapeOf(first!).length, b, shapeOf(second!).length, output.length);
  }
  const own = first == null ? null : stateOf(first);
  const moved = own === null || own === 'unknown' ? 'elementwise' : afterMoving(own, node, graph);
  if (moved !== 'elementwise') return moved;
  return node.inputs
    .filter((id) => id !== null)
    .map((id) => aligned(stateOf(id), shapeOf(id).length, output.length))
    .reduce(larger, null);
}

/** What two branches see together. */
function larger(a: State, b: State): State {
  if (a === null || b === null) return a ?? b;
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  const most = (one: ReceptiveField['size'], other: ReceptiveField['size']): [number, number] => [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
  ];
  const along = Array.from({ length: Math.max(a.along.length, b.along.length) }, (_, dim) =>
    union(a.along[dim] ?? [], b.along[dim] ?? []),
  );
  return { size: most(a.size, b.size), jump: most(a.jump, b.jump), along, cut: union(a.cut, b.cut) };
}

/** Broadcasting lines shapes up at their ends. */
function aligned(state: State, own: number, rank: number): State {
  if (state === null || state === 'unknown' || own >= rank) return state;
  return { ...state, along: [...Array.from({ length: rank - own }, () => []), ...state.along] };
}

function union(a: readonly Axis[], b: readonly Axis[]): Axis[] {
  return axes.filter((axis) => a.includes(axis) || b.includes(axis));
}

/** Each element now sees all that lies along these dimensions. */
function mixed(state: Tracked, dims: readonly number[]): State {
  const seen = axes.filter((axis) => dims.some((dim) => state.along[dim]?.includes(axis)));
  if (seen.some((axis) => state.cut.includes(axis) && state.size[axis] !== Number.POSITIVE_INFINITY))
    return 'unknown';
  return seen.reduce<Tracked>(
    (all, axis) => withAxis(all, axis, Number.POSITIVE_INFINITY, all.jump[axis]),
    state,
  );
}

function withAxis(state: Tracked, axis: Axis, size: number, jump: number): Tracked {
  const put = (pair: readonly [number, number], value: number): [number, number] =>
    axis === 0 ? [value, pair[1]] : [pair[0], value];
  return { ...state, size: put(state.size, size), jump: put(state.jump, jump) };
}

/** @param taps elements of the input that one of the output reads @param step elements of the input between two of the output */
function windowed(state: State, dim: number, taps: number, step: number): State {
  if (state === null || state === 'unknown') return state;
  if (taps === Number.POSITIVE_INFINITY) return mixed(state, [dim]);
  const [axis, second] = state.along[dim] ?? [];
  if (axis === undefined || (taps === 1 && step === 1)) return state;
  if (state.along[dim]!.every((each) => state.size[each] === Number.POSITIVE_INFINITY)) return state;
  // Image rows laid end to end, or pieces of an axis: a window over them is no window of the image.
  if (second !== undefined || state.cut.includes(axis)) return 'unknown';
  const jump = state.jump[axis];
  return withAxis(state, axis, state.size[axis] + (taps - 1) * jump, jump * step);
}

function withAlong(state: State, along: (old: Tracked['along']) => Tracked['along']): State {
  return state === null || state === 'unknown' ? state : { ...state, along: along(state.along) };
}

/** Over both image dimensions of N×C×H×W. */
function image(state: Tracked, each: (axis: Axis) => readonly [taps: number, step: number]): State {
  return axes.reduce<State>((all, axis) => windowed(all, 2 + axis, ...each(axis)), state);
}

function kernelOf(node: TraceNode, graph: TraceGraph): readonly number[] {
  return graph.values[node.inputs[1]!]!.shape.slice(2);
}

/** For ops whose output looks at other places of their first input than its own. */
function afterMoving(state: Tracked, node: TraceNode, graph: TraceGraph): State | 'elementwise' {
  const input = graph.values[node.inputs[0]!]!.shape;
  const output = graph.values[node.outputs[0]!]!.shape;
  switch (node.op) {
    case 'conv2d': {
      const { dilation, stride } = node.attributes;
      const kernel = kernelOf(node, graph);
      const seen = image(state, (axis) => [dilation[axis] * (kernel[axis]! - 1) + 1, stride[axis]]);
      return overChannels(seen, 1);
    }
    case 'conv_transpose2d': {
      const { dilation, stride } = node.attributes;
      const kernel = kernelOf(node, graph);
      // Of the kernel's places, those that are a stride apart meet in one pixel.
      const seen = image(state, (axis) => {
        const span = dilation[axis] * (kernel[axis]! - 1) + 1;
        return [Math.ceil(span / stride[axis]), 1 / stride[axis]];
      });
      return overChannels(seen, 1);
    }
    case 'max_pool2d':
    case 'max_pool2d_with_indices':
    case 'avg_pool2d': {
      const { kernel_size, stride } = node.attributes;
      const dilation = 'dilation' in node.attributes ? node.attributes.dilation : [1, 1];
      return image(state, (axis) => [dilation[axis]! * (kernel_size[axis] - 1) + 1, stride[axis]]);
    }
    case 'adaptive_avg_pool2d':
    case 'adaptive_max_pool2d':
      return image(state, (axis) => adaptiveWindow(input[2 + axis]!, output[2 + axis]!));
    case 'interpolate':
      return image(state, (axis) => resized(input[2 + axis]!, output[2 + axis]!, node.attributes));
    case 'linear':
      return overChannels(state, input.length - 1);
    case 'sum':
    case 'mean':
    case 'amax':
    case 'amin': {
      const { dim, keepdim } = node.attributes;
      return without(mixed(state, dim), dim, keepdim);
    }
    case 'argmax': {
      const { dim, keepdim } = node.attributes;
      return without(mixed(state, [dim]), [dim], keepdim);
    }
    case 'softmax':
    case 'log_softmax':
      return mixed(state, [node.attributes.dim]);
    case 'slice':
      return windowed(state, node.attributes.dim, 1, node.attributes.step);
    case 'permute':
      return withAlong(state, (old) => node.attributes.dims.map((dim) => old[dim] ?? []));
    case 'expand':
      return aligned(state, input.length, output.length);
    case 'reshape':
      return reshaped(state, input, output);
    case 'batch_norm':
      return state;
    default:
      // Those that gather, sort or sample see what no window describes.
      return isTraceOnly(node.op) ? 'unknown' : 'elementwise';
  }
}

/** The dimension is contracted with a weight: what runs along it is seen whole, and the new one runs along nothing. */
function overChannels(state: State, dim: number): State {
  if (state === null || state === 'unknown') return state;
  return withAlong(mixed(state, [dim]), (old) => old.map((own, at) => (at === dim ? [] : own)));
}

function without(state: State, dims: readonly number[], keepdim: boolean): State {
  return withAlong(state, (old) =>
    keepdim
      ? old.map((own, at) => (dims.includes(at) ? [] : own))
      : old.filter((_, at) => !dims.includes(at)),
  );
}

/** Cell i of n spans ⌊i·size/n⌋ to ⌈(i+1)·size/n⌉. */
function adaptiveWindow(size: number, cells: number): readonly [number, number] {
  if (cells === 1 && size > 1) return [Number.POSITIVE_INFINITY, size];
  let longest = 1;
  for (let cell = 0; cell < cells; cell++) {
    const length = Math.ceil(((cell + 1) * size) / cells) - Math.floor((cell * size) / cells);
    longest = Math.max(longest, length);
  }
  return [longest, size / cells];
}

/** Antialiasing widens the filter by as much as it shrinks the image. */
function resized(size: number, wanted: number, attributes: InterpolateAttributes): readonly [number, number] {
  const { mode, antialias, align_corners } = attributes;
  if (size === wanted) return [1, 1];
  const step = align_corners && wanted > 1 ? (size - 1) / (wanted - 1) : size / wanted;
  const filter = mode === 'bilinear' ? 2 : mode === 'bicubic' ? 4 : 1;
  const taps = antialias && step > 1 ? Math.ceil(filter * step) + 1 : filter;
  return [Math.min(taps, size), step];
}

function matmul(a: State, aRank: number, b: State, bRank: number, rank: number): State {
  if (a === 'unknown' || b === 'unknown') return 'unknown';
  const rows = a && withAlong(mixed(a, [aRank - 1]), (old) => [...old.slice(0, -1), []]);
  const columns = b && withAlong(mixed(b, [bRank - 2]), (old) => [...old.slice(0, -2), [], old.at(-1)!]);
  return larger(aligned(rows, aRank, rank), aligned(columns, bRank, rank));
}

function reshaped(state: Tracked, input: readonly number[], output: readonly number[]): State {
  const groups = reshapeGroups(input, output);
  if (!groups) return 'unknown';
  const along: (readonly Axis[])[] = output.map(() => []);
  let result = state;
  for (const { from, to } of groups) {
    const before = range(from);
    const after = range(to).filter((dim) => output[dim]! > 1);
    const laid = before.flatMap((dim) => state.along[dim] ?? []);
    if (laid.length === 0) continue;
    const isGrid = before.length === 1 && laid.length === 2 && after.length === 2;
    // Either tokens laid out as an image again, or everything may be everywhere.
    for (const [position, dim] of after.entries()) along[dim] = isGrid ? [laid[position]!] : union(laid, []);
    if (after.length > 1 && !isGrid) result = { ...result, cut: union(result.cut, laid) };
    const [axis] = laid;
    if (after.length === 1 && laid.length === 1 && axis !== undefined) {
      // Pixels that come from channels (pixel shuffle) stand between those of the image.
      const place = before.findIndex((dim) => state.along[dim]?.includes(axis));
      const between = before.slice(place + 1).reduce((product, dim) => product * input[dim]!, 1);
      result = withAxis(result, axis, result.size[axis], result.jump[axis] / between);
    }
  }
  return { ...result, along };
}

function range([first, end]: readonly [number, number]): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
