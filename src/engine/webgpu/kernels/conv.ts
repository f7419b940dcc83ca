/**
 * @file Convolutions, NCHW. One invocation computes a block of output channels for four neighbouring pixels, with
 * weights packed by `packWeights`. Here are the walks for any geometry: `direct`, and `transposed` for strided
 * transposed convolutions. `convRows` is for kernels of width 1 or 3 that keep the size (the U-Net's case).
 */
import type { GraphNode } from '../../../core/graph/ir';
import { type ConvGeometry, channelParams } from './convGeometry';
import { convRows, rowKernelWidth, rowsVariant } from './convRows';
import { weightGradient } from './convWeightGrad';
import { type PackedWeights, packWeights, type WeightShape, type WeightStrides } from './convWeights';
import {
  type Binding,
  type Dispatch,
  i32,
  type KernelContext,
  type KernelRule,
  type Lowering,
  perThread,
  read,
  type TypeOf,
  u32,
  value,
  write,
} from './kernel';

type ConvOp = 'conv2d' | 'conv_transpose2d' | 'conv2d_weight_grad';

export const conv: { readonly [K in ConvOp]: KernelRule<K> } = {
  conv2d: (node, typeOf, context) => {
    const { attributes } = node;
    const shape = typeOf(node.inputs[1]!).shape as readonly [number, number, number, number];
    const [outChannels, inputs, kh, kw] = shape;
    const outputs = outChannels / attributes.groups;
    const taps = kh * kw;
    return directConvolution(
      'conv2d',
      geometry(node, typeOf, { groups: attributes.groups, inputs, outputs, kernel: [kh, kw] }, context),
      { group: outputs * inputs * taps, output: inputs * taps, input: taps, ky: kw, kx: 1, offset: 0 },
      context,
    );
  },

  // With stride 1 this is the direct convolution of the flipped kernel, padded by d·(k − 1) − p.
  conv_transpose2d: (node, typeOf, context) => {
    const { stride, padding, dilation, groups } = node.attributes;
    const [inChannels, outputs, kh, kw] = typeOf(node.inputs[1]!).shape as readonly [
      number,
      number,
      number,
      number,
    ];
    const inputs = inChannels / groups;
    const taps = kh * kw;
    const shape = geometry(node, typeOf, { groups, inputs, outputs, kernel: [kh, kw] }, context);
    const strides = { group: inputs * outputs * taps, output: taps, input: outputs * taps };
    if (stride[0] === 1 && stride[1] === 1) {
      return directConvolution(
        'conv_transpose2d',
        { ...shape, padding: [dilation[0] * (kh - 1) - padding[0], dilation[1] * (kw - 1) - padding[1]] },
        { ...strides, ky: -kw, kx: -1, offset: taps - 1 },
        context,
      );
    }
    const packed = packWeights(node.inputs[1]!, shape, { ...strides, ky: kw, kx: 1, offset: 0 });
    return { dispatches: [transposed(shape, packed)], packs: [packed.pack] };
  },

  conv2d_weight_grad: weightGradient,
};

function geometry(
  { inputs, outputs, attributes }: GraphNode<'conv2d' | 'conv_transpose2d'>,
  typeOf: TypeOf,
  weight: WeightShape,
  { channels }: KernelContext,
): ConvGeometry {
  const inShape = typeOf(inputs[0]!).shape;
  const outShape = typeOf(outputs[0]!).shape;
  return {
    ...weight,
    input: inputs[0]!,
    weight: inputs[1]!,
    bias: inputs[2] ?? null,
    output: outputs[0]!,
    batch: inShape[0]!,
    inSize: [inShape[2]!, inShape[3]!],
    outSize: [outShape[2]!, outShape[3]!],
    stride: attributes.stride,
    padding: attributes.padding,
    dilation: attributes.dilation,
    source: channels(inputs[0]!),
    result: channels(outputs[0]!),
  };
}

function directConvolution(
  name: string,
  shape: ConvGeometry,
  strides: WeightStrides,
  { subgroupSize }: KernelContext,
): Lowering {
  if (rowKernelWidth(shape) !== null) {
    return convRows(name, shape, strides, rowsVariant(shape, subgroupSize), subgroupSize);
  }
  const packed = packWeights(shape.weight, shape, strides);
  return { dispatches: [direct(name, shape, packed)], packs: [packed.pack] };
}

/** Numbers that every walk needs, and the code that finds an invocation's place. */
function blockParams(shape: ConvGeometry, packed: PackedWeights) {
  return {
    groups: u32(shape.groups),
    blocks: u32(packed.blocks),
    inputs: u32(shape.inputs),
    outputs: u32(shape.outputs),
    batch: u32(shape.batch),
    ...channelParams(shape),
  };
}

/** What the kernels for any geometry need to know of it. */
function geometryParams({ inSize, outSize, kernel, stride, padding, dilation }: ConvGeometry) {
  return {
    inHeight: i32(inSize[0]),
    inWidth: i32(inSize[1]),
    outHeight: u32(outSize[0]),
    outWidth: u32(outSize[1]),
    kernelHeight: i32(kernel[0]),
    kernelWidth: i32(kernel[1]),
    strideY: i32(stride[0]),
    strideX: i32(stride[1]),
    paddingY: i32(padding[0]),
    paddingX: i32(padding[1]),
    dilationY: i32(dilation[0]),
    dilationX: i32(dilation[1]),
  };
}

const blockPlace = (blockSize: number): string => `
  let sample = rest / (params.blocks * params.groups);
  let block = rest % (params.blocks * params.groups);
  let channel_group = block / params.blocks;
  let first_output = block % params.blocks * ${blockSize}u;`;

/** Blocks share weights between neighbouring invocations: pixels vary fastest. */
function convBindings(
  shape: ConvGeometry,
  packed: PackedWeights,
  pixels: 'f32' | 'vec4f',
): Record<string, Binding> {
  return {
    source: read(value(shape.input), pixels),
    weights: read(packed.operand, packed.blockSize === 1 ? 'f32' : 'vec4f'),
    ...(shape.bias === null ? {} : { bias: read(value(shape.bias), 'f32') }),
    result: write(value(shape.output), pixels),
  };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const accumulators = (count: number, suffix = ''): string =>
  range(count)
    .map((o) => `  var sum${o}${suffix} = vec4f();`)
    .join('\n');

/** `w<v>`: the vectors of weights at `at`; then each of the block's sums gains weight × pixels. */
function loadWeights(blockSize: number, at: string, name = 'w'): string {
  if (blockSize === 1) return `let ${name}0 = weights[${at}];`;
  return range(blockSize / 4)
    .map((v) => `let ${name}${v} = weights[(${at}) * ${blockSize / 4}u + ${v}u];`)
    .join(' ');
}

function multiplyAdd(blockSize: number, pixels: string, suffix = '', name = 'w'): string {
  return range(blockSize)
    .map(
      (o) => `sum${o}${suffix} += ${name}${blockSize === 1 ? 0 : `${o >> 2}.${'xyzw'[o % 4]}`} * ${pixels};`,
    )
    .join(' ');
}

/** `each(o)` for every output channel of the block that exists. */
function storeBlock(blockSize: number, bias: boolean, store: (o: number) => string): string {
  return range(blockSize)
    .map(
      (o) => `  if (first_output + ${o}u < params.outputs) {
    let channel = channel_group * params.outputs + first_output + ${o}u;
    let offset = ${bias ? 'bias[channel]' : '0.0'};
    ${store(o)}
  }`,
    )
    .join('\n');
}

/** Any stride, padding, dilation and size; pixels are loaded one by one. */
function direct(name: string, shape: ConvGeometry, packed: PackedWeights): Dispatch {
  const quads = Math.ceil(shape.outSize[1] / 4);
  const { blockSize, blocks } = packed;
  return perThread({
    name,
    threads: quads * shape.outSize[0] * blocks * shape.groups * shape.batch,
    bindings: convBindings(shape, packed, 'f32'),
    params: {
      ...blockParams(shape, packed),
      quads: u32(quads),
      ...geometryParams(shape),
    },
    body: `  let x = index % params.quads * 4u;
  let y = index / params.quads % params.outHeight;
  let rest = index / (params.quads * params.outHeight);
${blockPlace(blockSize)}
${accumulators(blockSize)}
  let left = vec4i(i32(x)) * params.strideX + vec4i(0, 1, 2, 3) * params.strideX - params.paddingX;
  let top = i32(y) * params.strideY - params.paddingY;
  var plane = i32(sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs) * params.inHeight * params.inWidth;
  var at = block * params.inputs * u32(params.kernelHeight * params.kernelWidth);
  for (var c = 0u; c < params.inputs; c++) {
    for (var ky = 0; ky < params.kernelHeight; ky++) {
      let row = top + ky * params.dilationY;
      let row_inside = row >= 0 && row < params.inHeight;
      let line = plane + clamp(row, 0, params.inHeight - 1) * params.inWidth;
      for (var kx = 0; kx < params.kernelWidth; kx++) {
        let columns = left + kx * params.dilationX;
        let inside = (columns >= vec4i(0)) & (columns < vec4i(params.inWidth)) & vec4<bool>(row_inside);
        let near = line + clamp(columns, vec4i(0), vec4i(params.inWidth - 1));
        let pixels = select(
          vec4f(),
          vec4f(source[near.x], source[near.y], source[near.z], source[near.w]),
          inside,
        );
        ${loadWeights(blockSize, 'at')}
        ${multiplyAdd(blockSize, 'pixels')}
        at++;
      }
    }
    plane += params.inHeight * params.inWidth;
  }
${storeBlock(
  blockSize,
  shape.bias !== null,
  (
    o,
  ) => `let line = ((sample * params.resultTotal + params.resultFirst + channel) * params.outHeight + y) * params.outWidth;
    for (var i = 0u; i < 4u; i++) { if (x + i < params.outWidth) { result[line + x + i] = sum${o}[i] + offset; } }`,
)}`,
  });
}

/**
 * Output pixel y takes tap ky where y + padding − ky·dilation is a multiple of the stride. The four pixels of an
 * invocation are a stride apart, so they share their taps and read four neighbouring inputs.
 */
function transposed(shape: ConvGeometry, packed: PackedWeights): Dispatch {
  const { blockSize, blocks } = packed;
  const perPhase = Math.ceil(Math.ceil(shape.outSize[1] / shape.stride[1]) / 4);
  return perThread({
    name: 'conv_transpose2d',
    threads: perPhase * shape.stride[1] * shape.outSize[0] * blocks * shape.groups * shape.batch,
    bindings: convBindings(shape, packed, 'f32'),
    params: {
      ...blockParams(shape, packed),
      perPhase: u32(perPhase),
      ...geometryParams(shape),
    },
    body: `  let across = params.perPhase * u32(params.strideX);
  let phase = index % u32(params.strideX);
  let x = phase + index % across / u32(params.strideX) * 4u * u32(params.strideX);
  let y = index / across % params.outHeight;
  let rest = index / (across * params.outHeight);
${blockPlace(blockSize)}
${accumulators(blockSize)}
  let area = params.inHeight * params.inWidth;
  let taps = u32(params.kernelHeight * params.kernelWidth);
  let first_plane = i32(sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs) * area;
  for (var ky = 0; ky < params.kernelHeight; ky++) {
    let down = i32(y) + params.paddingY - ky * params.dilationY;
    let row = down / params.strideY;
    if (down < 0 || row * params.strideY != down || row >= params.inHeight) { continue; }
    for (var kx = 0; kx < params.kernelWidth; kx++) {
      // May be negative for the first pixels of the four, hence the division of a positive number.
      let right = i32(x) + params.paddingX - kx * params.dilationX;
      let shifted = right + params.kernelWidth * params.dilationX * params.strideX;
      if (shifted % params.strideX != 0) { continue; }
      let columns = vec4i(shifted / params.strideX - params.kernelWidth * params.dilationX) + vec4i(0, 1, 2, 3);
      let inside = (columns >= vec4i(0)) & (columns < vec4i(params.inWidth));
      var near = first_plane + row * params.inWidth + clamp(columns, vec4i(0), vec4i(params.inWidth - 1));
      var at = block * params.inputs * taps + u32(ky * params.kernelWidth + kx);
      for (var c = 0u; c < params.inputs; c++) {
        let pixels = select(
          vec4f(),
          vec4f(source[near.x], source[near.y], source[near.z], source[near.w]),
          inside,
        );
        ${loadWeights(blockSize, 'at')}
        ${multiplyAdd(blockSize, 'pixels')}
        near += vec4i(area);
        at += taps;
      }
    }
  }
${storeBlock(
  blockSize,
  shape.bias !== null,
  (
    o,
  ) => `let line = ((sample * params.resultTotal + params.resultFirst + channel) * params.outHeight + y) * params.outWidth;
    for (var i = 0u; i < 4u; i++) {
      let column = x + i * u32(params.strideX);
      if (column < params.outWidth) { result[line + column] = sum${o}[i] + offset; }
    }`,
)}`,
  });
}
