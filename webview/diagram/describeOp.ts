/** @file One node in a few words: its name with the numbers that matter, and the family that colours it. */
import type { TraceGraph, TraceNode } from '../../src/core/graph/ir';

export type Family = 'weights' | 'norm' | 'activation' | 'resample' | 'combine' | 'shape' | 'block' | 'end';

/** `Conv2d 3×3 stride 2`: `name` is the module's class, or the op's own name for a loose op. */
export function describeOp(node: TraceNode, graph: TraceGraph, name: string): string {
  switch (node.op) {
    case 'conv2d':
    case 'conv_transpose2d':
    case 'conv3d':
    case 'conv_transpose3d': {
      const weight = node.inputs[1];
      const kernel = (weight == null ? undefined : graph.values[weight]?.shape.slice(2)) ?? [];
      const size = kernel.length === 0 ? '' : ` ${kernel.join('×')}`;
      return `${name}${size}${strideText(node.attributes.stride, [1, 1, 1])}`;
    }
    case 'max_pool2d':
    case 'avg_pool2d':
    case 'max_pool3d':
    case 'avg_pool3d': {
      const { kernel_size, stride } = node.attributes;
      return `${name} ${kernel_size.join('×')}${strideText(stride, kernel_size)}`;
    }
    default:
      return name;
  }
}

function strideText(stride: readonly number[], usual: readonly number[]): string {
  if (stride.every((size, axis) => size === usual[axis])) return '';
  return stride.every((size) => size === stride[0]) ? ` stride ${stride[0]}` : ` stride ${stride.join('×')}`;
}

const families: readonly (readonly [RegExp, Family])[] = [
  [/^(conv|linear|matmul|addmm|bmm|mm$|embedding)/, 'weights'],
  [/norm/, 'norm'],
  [/pool|interpolate|upsample|resize|pixel_shuffle/, 'resample'],
  [/relu|tanh|sigmoid|gelu|silu|elu|softmax|softplus|hardtanh|hardswish|dropout|mish/, 'activation'],
  [/^(cat|stack|add|sub|mul|div)$/, 'combine'],
  [/reshape|view|flatten|permute|transpose|squeeze|slice|select|expand|pad/, 'shape'],
];

export function familyOf(op: string): Family {
  return families.find(([pattern]) => pattern.test(op))?.[1] ?? 'shape';
}
