/**
 * @file Convolutions, NCHW. One invocation computes a block of output channels for four neighbouring pixels, with
 * weights packed by `packWeights`. Three walks: `direct` for any geometry, `rows` for stride-1 kernels of width 1 or 3
 * that keep the size (vectors along x, the U-Net's case), `transposed` for strided transposed convolutions.
 */
import type { GraphNode, ValueId } from '../../../core/graph/ir';
import { weightGradient } from './convWeightGrad';
import { type PackedWeights, packWeights, type WeightShape, type WeightStrides } from './convWeights';
import {
  type Binding,
  type Dispatch,
  i32,
  type KernelRule,
  type Lowering,
  perThread,
  read,
  type TypeOf,
  u32,
  value,
  write,
} from './kernel';

type Pair = readonly [number, number];

interface Geometry {
  readonly input: ValueId;
  readonly bias: ValueId | null;
  readonly output: ValueId;
  readonly batch: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly inSize: Pair;
  readonly outSize: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}

type ConvOp = 'conv2d' | 'conv_transpose2d' | 'conv2d_weight_grad';

export const conv: { readonly [K in ConvOp]: KernelRule<K> } = {
  conv2d: (node, typeOf) => {
    const { attributes } = node;
    const shape = typeOf(node.inputs[1]!).shape as readonly [number, number, number, number];
    const [outChannels, inputs, kh, kw] = shape;
    const outputs = outChannels / attributes.groups;
    const taps = kh * kw;
    return directConvolution(
      'conv2d',
      node.inputs[1]!,
      geometry(node, typeOf, { groups: attributes.groups, inputs, outputs, kernel: [kh, kw] }),
      { group: outputs * inputs * taps, output: inputs * taps, input: taps, ky: kw, kx: 1, offset: 0 },
    );
  },

  // With stride 1 this is the direct convolution of the flipped kernel, padded by d·(k − 1) − p.
  conv_transpose2d: (node, typeOf) => {
    const { stride, padding, dilation, groups } = node.attributes;
    const [inChannels, outputs, kh, kw] = typeOf(node.inputs[1]!).shape as readonly [
      number,
      number,
      number,
      number,
    ];
    const inputs = inChannels / groups;
    const taps = kh * kw;
    const shape = geometry(node, typeOf, { groups, inputs, outputs, kernel: [kh, kw] });
    const strides = { group: inputs * outputs * taps, output: taps, input: outputs * taps };
    if (stride[0] === 1 && stride[1] === 1) {
      return directConvolution(
        'conv_transpose2d',
        node.inputs[1]!,
        { ...shape, padding: [dilation[0] * (kh - 1) - padding[0], dilation[1] * (kw - 1) - padding[1]] },
        { ...strides, ky: -kw, kx: -1, offset: taps - 1 },
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
): Geometry {
  const inShape = typeOf(inputs[0]!).shape;
  const outShape = typeOf(outputs[0]!).shape;
  return {
    ...weight,
    input: inputs[0]!,
    bias: inputs[2] ?? null,
    output: outputs[0]!,
    batch: inShape[0]!,
    inSize: [inShape[2]!, inShape[3]!],
    outSize: [outShape[2]!, outShape[3]!],
    stride: attributes.stride,
    padding: attributes.padding,
    dilation: attributes.dilation,
  };
}

function directConvolution(name: string, weight: ValueId, shape: Geometry, strides: WeightStrides): Lowering {
  const packed = packWeights(weight, shape, strides);
  const width = rowKernelWidth(shape);
  const main = width === null ? direct(name, shape, packed) : rows(name, shape, packed, width);
  return { dispatches: [main], packs: [packed.pack] };
}

/** 1 or 3 where `rows` applies. */
function rowKernelWidth({ kernel, stride, dilation, padding, inSize, outSize }: Geometry): 1 | 3 | null {
  const [kh, kw] = kernel;
  if (kh !== kw || (kh !== 1 && kh !== 3)) return null;
  if (stride[0] !== 1 || stride[1] !== 1 || dilation[0] !== 1 || dilation[1] !== 1) return null;
  if (padding[0] !== (kh - 1) / 2 || padding[1] !== padding[0]) return null;
  const vectors = kh === 1 ? (inSize[0] * inSize[1]) % 4 === 0 : inSize[1] % 4 === 0;
  return vectors && inSize[0] === outSize[0] ? kh : null;
}

/** Numbers that every walk needs, and the code that finds an invocation's place. */
function blockParams(shape: Geometry, packed: PackedWeights) {
  return {
    groups: u32(shape.groups),
    blocks: u32(packed.blocks),
    inputs: u32(shape.inputs),
    outputs: u32(shape.outputs),
    batch: u32(shape.batch),
  };
}

/** What the kernels for any geometry need to know of it. */
function geometryParams({ inSize, outSize, kernel, stride, padding, dilation }: Geometry) {
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
  shape: Geometry,
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
function direct(name: string, shape: Geometry, packed: PackedWeights): Dispatch {
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
  var plane = i32((sample * params.groups + channel_group) * params.inputs) * params.inHeight * params.inWidth;
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
  ) => `let line = ((sample * params.groups * params.outputs + channel) * params.outHeight + y) * params.outWidth;
    for (var i = 0u; i < 4u; i++) { if (x + i < params.outWidth) { result[line + x + i] = sum${o}[i] + offset; } }`,
)}`,
  });
}

/**
 * Stride 1, same size, kernel 1×1 or 3×3, rows of whole vectors (a 1×1 kernel sees the plane as one row). The two
 * pixels beside a vector come from its neighbours.
 */
function rows(name: string, shape: Geometry, packed: PackedWeights, width: 1 | 3): Dispatch {
  const { blockSize, blocks } = packed;
  const [height, lineWidth] = width === 1 ? [1, shape.inSize[0] * shape.inSize[1]] : shape.inSize;
  const quads = lineWidth / 4;
  // Two rows an invocation share the weights' loads, where enough invocations remain to fill a device.
  const tall =
    width === 3 && height % 2 === 0 && blockSize === 8 && quads * height * blocks * shape.batch >= 8192
      ? 2
      : 1;
  const suffixes = range(tall).map((i) => `_${i}`);
  const taps = (i: string): string =>
    width === 1
      ? `let pixels = source[plane + index % params.quads];
      ${loadWeights(blockSize, 'at')} ${multiplyAdd(blockSize, 'pixels', '_0')} at++;`
      : i;
  const threeTaps = `for (var ky = 0; ky < 3; ky++) {
      ${suffixes
        .map(
          (s, i) => `let row${s} = y + ${i - 1} + ky;
      let inside${s} = row${s} >= 0 && row${s} < params.height;
      let line${s} = plane + u32(clamp(row${s}, 0, params.height - 1)) * params.quads + x;
      let middle${s} = select(vec4f(), source[line${s}], inside${s});
      let before${s} = select(0.0, source[line${s} - select(0u, 1u, x > 0u)].w, inside${s} && x > 0u);
      let after${s} = select(0.0, source[line${s} + select(0u, 1u, x + 1u < params.quads)].x, inside${s} && x + 1u < params.quads);`,
        )
        .join('\n      ')}
      ${[0, 1, 2]
        .map(
          (kx) => `{ ${loadWeights(blockSize, `at + ${kx}u`)}
      ${suffixes
        .map((s) => {
          const pixels = [
            `vec4f(before${s}, middle${s}.xyz)`,
            `middle${s}`,
            `vec4f(middle${s}.yzw, after${s})`,
          ][kx]!;
          return `let pixels${s} = ${pixels}; ${multiplyAdd(blockSize, `pixels${s}`, s)}`;
        })
        .join('\n      ')} }`,
        )
        .join('\n      ')}
      at += 3u;
    }`;
  return perThread({
    name,
    threads: (quads * height * blocks * shape.groups * shape.batch) / tall,
    bindings: convBindings(shape, packed, 'vec4f'),
    params: { ...blockParams(shape, packed), quads: u32(quads), height: i32(height) },
    body: `  let x = index % params.quads;
  let rows = u32(params.height) / ${tall}u;
  let y = i32(index / params.quads % rows) * ${tall};
  let rest = index / (params.quads * rows);
${blockPlace(blockSize)}
${suffixes.map((s) => accumulators(blockSize, s)).join('\n')}
  let area = params.quads * u32(params.height);
  var plane = (sample * params.groups + channel_group) * params.inputs * area;
  var at = block * params.inputs * ${width * width}u;
  for (var c = 0u; c < params.inputs; c++) {
    ${taps(threeTaps)}
    plane += area;
  }
${storeBlock(blockSize, shape.bias !== null, (o) =>
  [
    'let first = (sample * params.groups * params.outputs + channel) * area + u32(y) * params.quads + x;',
    ...suffixes.map((s, i) => `result[first + ${i}u * params.quads] = sum${o}${s} + offset;`),
  ].join(' '),
)}`,
  });
}

/**
 * Output pixel y takes tap ky where y + padding − ky·dilation is a multiple of the stride. The four pixels of an
 * invocation are a stride apart, so they share their taps and read four neighbouring inputs.
 */
function transposed(shape: Geometry, packed: PackedWeights): Dispatch {
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
  let first_plane = i32((sample * params.groups + channel_group) * params.inputs) * area;
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
  ) => `let line = ((sample * params.groups * params.outputs + channel) * params.outHeight + y) * params.outWidth;
    for (var i = 0u; i < 4u; i++) {
      let column = x + i * u32(params.strideX);
      if (column < params.outWidth) { result[line + column] = sum${o}[i] + offset; }
    }`,
)}`,
  });
}
