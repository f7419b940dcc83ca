/**
 * @file PyTorch's formula for the size of an op's output, filled in with the numbers of one call. Left of the last
 * `=` stands arithmetic (⌊ ⌋ and ⌈ ⌉ round), right of it the size it gives.
 */
import type { TraceGraph, TraceNode } from '../graph/ir';
import { groupBy } from '../groupBy';
import { reshapeGroups } from './reshapeGroups';

export interface SizeFormula {
  /** `height`, `width`, `depth`, `length`, `channels`, `dimension 1`; several that share one text are joined. */
  readonly axis: string;
  /** `⌊(161 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 161` */
  readonly text: string;
}

type Shape = readonly number[];

/** Empty for ops that keep their input's shape, and where the numbers speak for themselves. */
export function sizeFormulas(node: TraceNode, graph: TraceGraph): SizeFormula[] {
  const shapes = node.inputs.map((id) => (id === null ? [] : graph.values[id]!.shape));
  const input = shapes[0] ?? [];
  const output = graph.values[node.outputs[0]!]!.shape;
  switch (node.op) {
    case 'conv2d':
    case 'conv3d': {
      const { padding, dilation, stride } = node.attributes;
      const kernel = shapes[1]!.slice(2);
      return spatial(input, output, (size, axis) =>
        windowText(size, padding[axis]!, dilation[axis]!, kernel[axis]!, stride[axis]!),
      );
    }
    case 'conv_transpose2d':
    case 'conv_transpose3d': {
      const { padding, dilation, stride, output_padding } = node.attributes;
      const kernel = shapes[1]!.slice(2);
      return spatial(
        input,
        output,
        (size, axis) =>
          `(${size} − 1)·${stride[axis]} − 2·${padding[axis]} + ${dilation[axis]}·(${kernel[axis]} − 1) + ${output_padding[axis]} + 1`,
      );
    }
    case 'max_pool2d':
    case 'max_pool2d_with_indices':
    case 'max_pool3d':
    case 'max_pool3d_with_indices':
    case 'avg_pool2d':
    case 'avg_pool3d': {
      const { kernel_size, padding, stride, ceil_mode } = node.attributes;
      const dilation = 'dilation' in node.attributes ? node.attributes.dilation : null;
      return spatial(input, output, (size, axis) => {
        const [kernel, pad, step] = [kernel_size[axis]!, padding[axis]!, stride[axis]!];
        const reach = dilation?.[axis] ?? null;
        const text = windowText(size, pad, reach, kernel, step, ceil_mode);
        // A last window that would start past the input and its left padding is dropped.
        const windows = Math.ceil((size + 2 * pad - (reach ?? 1) * (kernel - 1) - 1) / step) + 1;
        return ceil_mode && windows > output[2 + axis]! ? `${text} − 1` : text;
      });
    }
    case 'interpolate':
    case 'interpolate3d':
      return spatial(input, output, (size, axis) => `⌊${size}·${scaleText(size, output[2 + axis]!)}⌋`);
    case 'cat': {
      const { dim } = node.attributes;
      const sizes = shapes.map((shape) => shape[dim]);
      return [{ axis: axisName(dim, output.length), text: `${sizes.join(' + ')} = ${output[dim]}` }];
    }
    case 'pad':
      return padFormulas(node.attributes.pad, input, output);
    case 'reshape':
      return mergeFormulas(input, output);
    default:
      return [];
  }
}

/** ⌊(size + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1; average pooling, which has no dilation: size + 2·padding − kernel */
function windowText(
  size: number,
  padding: number,
  dilation: number | null,
  kernel: number,
  stride: number,
  ceil = false,
): string {
  const [open, close] = ceil ? ['⌈', '⌉'] : ['⌊', '⌋'];
  const reach = dilation === null ? `${kernel}` : `${dilation}·(${kernel} − 1) − 1`;
  return `${open}(${size} + 2·${padding} − ${reach})/${stride}${close} + 1`;
}

/** A factor that gives the size when rounded down, with as few digits as do. */
function scaleText(size: number, wanted: number): string {
  const exact = wanted / size;
  for (let digits = 0; digits < 8; digits++) {
    const scale = Math.ceil(exact * 10 ** digits) / 10 ** digits;
    if (Math.floor(size * scale) === wanted) return String(scale);
  }
  return `(${wanted}/${size})`;
}

/** One formula for each spatial axis, those that agree as one; N×C×1×L is a signal: its height says nothing. */
function spatial(input: Shape, output: Shape, left: (size: number, axis: number) => string): SizeFormula[] {
  const texts = output.slice(2).map((size, axis) => `${left(input[2 + axis]!, axis)} = ${size}`);
  if (output.length === 4 && input[2] === 1 && output[2] === 1 && output[3] !== 1)
    return [{ axis: 'length', text: texts[1]! }];
  const alike = groupBy(texts.keys(), (axis) => texts[axis]!);
  return [...alike].map(([text, axes]) => ({
    axis: axes.map((axis) => axisName(2 + axis, output.length)).join(', '),
    text,
  }));
}

function padFormulas(pad: readonly number[], input: Shape, output: Shape): SizeFormula[] {
  const formulas: SizeFormula[] = [];
  for (const [dim, size] of input.entries()) {
    const place = 2 * (input.length - 1 - dim);
    const [before, after] = [pad[place] ?? 0, pad[place + 1] ?? 0];
    if (before === 0 && after === 0) continue;
    const terms = [before, after].map((amount) => (amount < 0 ? ` − ${-amount}` : ` + ${amount}`)).join('');
    formulas.push({ axis: axisName(dim, input.length), text: `${size}${terms} = ${output[dim]}` });
  }
  return formulas;
}

/** What a flatten multiplies: `512·7·7 = 25088`. */
function mergeFormulas(input: Shape, output: Shape): SizeFormula[] {
  return (reshapeGroups(input, output) ?? []).flatMap(({ from, to }) => {
    const merged = input.slice(...from);
    if (merged.length < 2 || to[1] - to[0] !== 1 || merged.filter((size) => size > 1).length < 2) return [];
    return [{ axis: axisName(to[0], output.length), text: `${merged.join('·')} = ${output[to[0]]}` }];
  });
}

function axisName(dim: number, rank: number): string {
  if (rank === 5) return ['batch', 'channels', 'depth', 'height', 'width'][dim]!;
  if (rank === 4) return ['batch', 'channels', 'height', 'width'][dim]!;
  if (rank === 2) return ['batch', 'features'][dim]!;
  return `dimension ${dim}`;
}
