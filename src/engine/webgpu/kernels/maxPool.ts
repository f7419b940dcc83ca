/**
 * @file Max pooling, plain and adaptive: the windows of both are tables, one an axis. The gradient is gathered, so that
 * it needs no atomics: an input takes the gradient of each window whose first maximum, in row order, it is.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import type { MaxPoolAttributes } from '../../../core/ops/attributes';
import { adaptiveWindow } from './adaptiveWindow';
import {
  type FusedKernelRule,
  type KernelContext,
  type KernelRule,
  type Lowering,
  type Param,
  perThread,
  read,
  type TypeOf,
  table,
  u32,
  value,
  write,
} from './kernel';

type MaxPoolOp =
  | 'max_pool2d'
  | 'max_pool2d_backward'
  | 'adaptive_max_pool2d'
  | 'adaptive_max_pool2d_backward';

/** Window `o` of an axis covers start, start + step, … (count of them), all inside. */
interface AxisWindows {
  readonly inSize: number;
  readonly windows: readonly { readonly start: number; readonly count: number }[];
  readonly step: number;
}

export const maxPool: { readonly [K in MaxPoolOp]: KernelRule<K> } = {
  max_pool2d: ({ inputs, outputs, attributes }, typeOf, context) => {
    const axes = plainAxes(typeOf(inputs[0]!).shape, typeOf(outputs[0]!).shape, attributes);
    return forward('max_pool2d', inputs[0]!, outputs[0]!, axes, typeOf, context);
  },
  max_pool2d_backward: ({ inputs, outputs, attributes }, typeOf, context) => {
    if (tilesInput(attributes)) {
      return tiledBackward(inputs[0]!, inputs[1]!, null, outputs[0]!, attributes, typeOf, context);
    }
    const axes = plainAxes(typeOf(inputs[1]!).shape, typeOf(inputs[0]!).shape, attributes);
    return backward('max_pool2d_backward', inputs[0]!, inputs[1]!, outputs[0]!, axes, typeOf);
  },
  adaptive_max_pool2d: ({ inputs, outputs }, typeOf, context) => {
    const axes = adaptiveAxes(typeOf(inputs[0]!).shape, typeOf(outputs[0]!).shape);
    return forward('adaptive_max_pool2d', inputs[0]!, outputs[0]!, axes, typeOf, context);
  },
  adaptive_max_pool2d_backward: ({ inputs, outputs }, typeOf) => {
    const axes = adaptiveAxes(typeOf(inputs[1]!).shape, typeOf(inputs[0]!).shape);
    return backward('adaptive_max_pool2d_backward', inputs[0]!, inputs[1]!, outputs[0]!, axes, typeOf);
  },
};

export const maxPoolFused: { readonly [K in 'max_pool2d_backward_add']: FusedKernelRule<K> } = {
  max_pool2d_backward_add: ({ inputs, outputs, attributes }, typeOf, context) =>
    tiledBackward(inputs[0]!, inputs[1]!, inputs[2]!, outputs[0]!, attributes, typeOf, context),
};

type Axes = readonly [AxisWindows, AxisWindows];

function plainAxes(
  inShape: readonly number[],
  outShape: readonly number[],
  { kernel_size, stride, padding, dilation }: MaxPoolAttributes,
): Axes {
  const axis = (i: 0 | 1): AxisWindows => {
    const inSize = inShape.at(i - 2)!;
    const step = dilation[i];
    const windows = Array.from({ length: outShape.at(i - 2)! }, (_, out) => {
      const first = out * stride[i] - padding[i];
      const start = first < 0 ? first + Math.ceil(-first / step) * step : first;
      const end = Math.min(first + (kernel_size[i] - 1) * step + 1, inSize);
      return { start, count: Math.max(0, Math.ceil((end - start) / step)) };
    });
    return { inSize, windows, step };
  };
  return [axis(0), axis(1)];
}

function adaptiveAxes(inShape: readonly number[], outShape: readonly number[]): Axes {
  const axis = (i: 0 | 1): AxisWindows => {
    const inSize = inShape.at(i - 2)!;
    const outSize = outShape.at(i - 2)!;
    const windows = Array.from({ length: outSize }, (_, out) => adaptiveWindow(out, inSize, outSize));
    return { inSize, windows, step: 1 };
  };
  return [axis(0), axis(1)];
}

const flat = ({ windows }: AxisWindows): number[] => windows.flatMap(({ start, count }) => [start, count]);

function forward(
  name: string,
  input: ValueId,
  output: ValueId,
  axes: Axes,
  typeOf: TypeOf,
  context: KernelContext,
): Lowering {
  const [ys, xs] = axes;
  const dispatch = perThread({
    name,
    threads: elementCount(typeOf(output).shape),
    bindings: {
      source: read(value(input), 'f32'),
      windows: read(table(Int32Array.from([...flat(ys), ...flat(xs)])), 'u32'),
      result: write(value(output), 'f32'),
    },
    params: {
      height: u32(ys.inSize),
      width: u32(xs.inSize),
      outHeight: u32(ys.windows.length),
      outWidth: u32(xs.windows.length),
      stepY: u32(ys.step),
      stepX: u32(xs.step),
      ...planeParams(input, 'source', typeOf, context),
    },
    declarations: planeFunction('source'),
    body: `  let y = index / params.outWidth % params.outHeight;
  let x = index % params.outWidth + params.outHeight;
  let plane = source_plane(index / (params.outWidth * params.outHeight)) * params.height * params.width;
  let first = plane + windows[2u * y] * params.width + windows[2u * x];
  let columns = windows[2u * x + 1u];
  var best = source[first];
  for (var i = 0u; i < windows[2u * y + 1u]; i++) {
    let line = first + i * params.stepY * params.width;
    for (var j = 0u; j < columns; j++) { best = max(best, source[line + j * params.stepX]); }
  }
  result[index] = best;`,
  });
  return { dispatches: [dispatch] };
}

/** For each input position, the outputs [first, end) whose windows may hold it. */
function reaches({ inSize, windows, step }: AxisWindows): number[] {
  const ranges = Array.from({ length: inSize }, () => ({ first: 0, end: 0 }));
  windows.forEach(({ start, count }, out) => {
    for (let k = 0; k < count; k++) {
      const range = ranges[start + k * step]!;
      if (range.end === 0) range.first = out;
      range.end = out + 1;
    }
  });
  return ranges.flatMap(({ first, end }) => [first, end]);
}

function backward(
  name: string,
  grad: ValueId,
  input: ValueId,
  output: ValueId,
  axes: Axes,
  typeOf: TypeOf,
): Lowering {
  const [ys, xs] = axes;
  const numbers = [...flat(ys), ...flat(xs), ...reaches(ys), ...reaches(xs)];
  const dispatch = perThread({
    name,
    threads: elementCount(typeOf(output).shape),
    bindings: {
      grad: read(value(grad), 'f32'),
      source: read(value(input), 'f32'),
      windows: read(table(Int32Array.from(numbers)), 'u32'),
      result: write(value(output), 'f32'),
    },
    params: {
      height: u32(ys.inSize),
      width: u32(xs.inSize),
      outHeight: u32(ys.windows.length),
      outWidth: u32(xs.windows.length),
      stepY: u32(ys.step),
      stepX: u32(xs.step),
    },
    body: `  let reach = params.outHeight + params.outWidth;
  let y = index / params.width % params.height;
  let x = index % params.width;
  let row_reach = 2u * (reach + y);
  let column_reach = 2u * (reach + params.height + x);
  let plane = index / (params.width * params.height);
  let base = plane * params.width * params.height;
  let mine = source[index];
  var total = 0.0;
  for (var oy = windows[row_reach]; oy < windows[row_reach + 1u]; oy++) {
    let top = windows[2u * oy];
    let rows = windows[2u * oy + 1u];
    // Overlapping windows with dilation may reach past this row without holding it.
    if (y < top || (y - top) % params.stepY != 0u || (y - top) / params.stepY >= rows) { continue; }
    for (var ox = windows[column_reach]; ox < windows[column_reach + 1u]; ox++) {
      let left = windows[2u * (params.outHeight + ox)];
      let columns = windows[2u * (params.outHeight + ox) + 1u];
      if (x < left || (x - left) % params.stepX != 0u || (x - left) / params.stepX >= columns) { continue; }
      var first = true;
      for (var i = 0u; i < rows && first; i++) {
        for (var j = 0u; j < columns && first; j++) {
          let at = base + (top + i * params.stepY) * params.width + left + j * params.stepX;
          let other = source[at];
          if (other > mine || (other == mine && at < index)) { first = false; }
        }
      }
      if (first) { total += grad[(plane * params.outHeight + oy) * params.outWidth + ox]; }
    }
  }
  result[index] = total;`,
  });
  return { dispatches: [dispatch] };
}

/** Windows side by side, as nearly everybody pools: each input is in one window at most. */
export function tilesInput({ kernel_size, stride, padding, dilation }: MaxPoolAttributes): boolean {
  const axes = [0, 1] as const;
  return axes.every((i) => kernel_size[i] === stride[i] && padding[i] === 0 && dilation[i] === 1);
}

/** One invocation a window, which writes all its inputs (plus `other`'s); inputs beyond the last window form windows of zeros. */
/** Numbers that `planeFunction` reads. */
function planeParams(
  input: ValueId,
  name: string,
  typeOf: TypeOf,
  { channels }: KernelContext,
): Record<string, Param> {
  const { first, total } = channels(input);
  // Unbatched planes have no channels to lie elsewhere.
  const own = typeOf(input).shape.length === 4 ? typeOf(input).shape[1]! : total;
  return { [`${name}Channels`]: u32(own), [`${name}First`]: u32(first), [`${name}Total`]: u32(total) };
}

/** `<name>_plane`: which plane of its buffer is plane `index` of a tensor. */
const planeFunction = (name: string): string => `fn ${name}_plane(index: u32) -> u32 {
  return index / params.${name}Channels * params.${name}Total + params.${name}First + index % params.${name}Channels;
}`;

function tiledBackward(
  grad: ValueId,
  input: ValueId,
  other: ValueId | null,
  output: ValueId,
  { kernel_size }: MaxPoolAttributes,
  typeOf: TypeOf,
  context: KernelContext,
): Lowering {
  const inShape = typeOf(input).shape;
  const gradShape = typeOf(grad).shape;
  const [height, width] = [inShape.at(-2)!, inShape.at(-1)!];
  const rows = Math.ceil(height / kernel_size[0]);
  const columns = Math.ceil(width / kernel_size[1]);
  const dispatch = perThread({
    name: 'max_pool2d_backward',
    threads: (elementCount(inShape) / (height * width)) * rows * columns,
    bindings: {
      grad: read(value(grad), 'f32'),
      source: read(value(input), 'f32'),
      ...(other === null ? {} : { other: read(value(other), 'f32') }),
      result: write(value(output), 'f32'),
    },
    params: {
      height: u32(height),
      width: u32(width),
      rows: u32(rows),
      columns: u32(columns),
      outHeight: u32(gradShape.at(-2)!),
      outWidth: u32(gradShape.at(-1)!),
      kernelHeight: u32(kernel_size[0]),
      kernelWidth: u32(kernel_size[1]),
      ...planeParams(input, 'source', typeOf, context),
      ...(other === null ? {} : planeParams(other, 'other', typeOf, context)),
    },
    declarations: `${planeFunction('source')}
${other === null ? '' : planeFunction('other')}`,
    body: `  let ox = index % params.columns;
  let oy = index / params.columns % params.rows;
  let plane = index / (params.columns * params.rows);
  let corner = oy * params.kernelHeight * params.width + ox * params.kernelWidth;
  let area = params.height * params.width;
  let first = source_plane(plane) * area + corner;
  let tall = min(params.kernelHeight, params.height - oy * params.kernelHeight);
  let wide = min(params.kernelWidth, params.width - ox * params.kernelWidth);
  var best = source[first];
  var best_at = first;
  for (var i = 0u; i < tall; i++) {
    for (var j = 0u; j < wide; j++) {
      let at = first + i * params.width + j;
      let other = source[at];
      if (other > best) { best = other; best_at = at; }
    }
  }
  var taken = 0.0;
  if (oy < params.outHeight && ox < params.outWidth) {
    taken = grad[(plane * params.outHeight + oy) * params.outWidth + ox];
  }
  for (var i = 0u; i < tall; i++) {
    for (var j = 0u; j < wide; j++) {
      let skip = i * params.width + j;
      result[plane * area + corner + skip] = select(0.0, taken, first + skip == best_at)${
        other === null ? '' : ' + other[other_plane(plane) * area + corner + skip]'
      };
    }
  }`,
  });
  return { dispatches: [dispatch] };
}
