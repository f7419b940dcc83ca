/**
 * @file Convolutions of stride 1 that keep the size, with kernels 1×1 or 3×3. One invocation computes a block of output
 * channels for four neighbouring pixels of a few rows. Weights are the same for all invocations of a workgroup: each
 * reads them all, or the lanes of a subgroup read a vector each and tell it to the others.
 */
import { type ConvGeometry, channelParams } from './convGeometry';
import { type PackedWeights, packWeights, type WeightStrides } from './convWeights';
import { type Lowering, onGrid, perThread, read, u32, value, write } from './kernel';

export interface RowsVariant {
  readonly weights: 'uniform' | 'subgroup';
  /** Rows of an invocation. */
  readonly rows: 1 | 2;
  /** Output channels of an invocation. */
  readonly block: 16 | 8 | 4 | 1;
}

/** Kernel width, where this walk applies. */
export function rowKernelWidth({
  kernel,
  stride,
  dilation,
  padding,
  inSize,
  outSize,
}: ConvGeometry): 1 | 3 | null {
  const [kh, kw] = kernel;
  if (kh !== kw || (kh !== 1 && kh !== 3)) return null;
  if (stride[0] !== 1 || stride[1] !== 1 || dilation[0] !== 1 || dilation[1] !== 1) return null;
  if (padding[0] !== (kh - 1) / 2 || padding[1] !== padding[0] || inSize[0] !== outSize[0]) return null;
  // A 1×1 kernel sees the plane as one row, whose vectors must be whole.
  return kh === 3 || (inSize[0] * inSize[1]) % 4 === 0 ? kh : null;
}

const workgroupLanes = (variant: RowsVariant, subgroupSize: number | null): number =>
  variant.weights === 'subgroup' && subgroupSize !== null ? Math.max(16, subgroupSize) : 32;

/** How a shape is cut into invocations. */
export function rowsVariant({ outputs, kernel }: ConvGeometry, subgroupSize: number | null): RowsVariant {
  if (outputs < 3) return { weights: 'uniform', rows: 1, block: 1 };
  const shares = subgroupSize !== null && kernel[0] === 3;
  const sizes = shares ? ([16, 8, 4] as const) : ([8, 4] as const);
  // What a block costs beside its channels, the loads of pixels, is about six channels more.
  const cost = (block: number): number => Math.ceil(outputs / block) * (block + 6);
  const block = sizes.reduce((best, size) => (cost(size) < cost(best) ? size : best));
  return { weights: shares ? 'subgroup' : 'uniform', rows: kernel[0] === 1 ? 1 : 2, block };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function convRows(
  name: string,
  shape: ConvGeometry,
  strides: WeightStrides,
  variant: RowsVariant,
  subgroupSize: number | null,
): Lowering {
  const packed = packWeights(shape.weight, shape, strides, variant.block);
  const width = rowKernelWidth(shape);
  const main =
    width === 1 ? pointwise(name, shape, packed) : threeByThree(name, shape, packed, variant, subgroupSize);
  return { dispatches: [main], packs: [packed.pack] };
}

function bindingsOf(shape: ConvGeometry, packed: PackedWeights, element: 'vec4f' | 'f32') {
  return {
    source: read(value(shape.input), element),
    weights: read(packed.operand, packed.blockSize === 1 ? 'f32' : 'vec4f'),
    ...(shape.bias === null ? {} : { bias: read(value(shape.bias), 'f32') }),
    result: write(value(shape.output), element),
  };
}

/** Vectors (or, for a block of 1, numbers) of weights that one tap of a block takes. */
const vectorsOf = (block: number): number => Math.max(1, block / 4);

/** Weight of output `o` among the vectors `<name>0 …`. */
const weightOf = (block: number, name: string, o: number): string =>
  block === 1 ? `${name}0` : `${name}${o >> 2}.${'xyzw'[o % 4]}`;

function threeByThree(
  name: string,
  shape: ConvGeometry,
  packed: PackedWeights,
  variant: RowsVariant,
  subgroupSize: number | null,
) {
  const { rows, block } = variant;
  const [height, pixels] = shape.inSize;
  const vectors = pixels % 4 === 0;
  const quads = Math.ceil(pixels / 4);
  const rowTiles = Math.ceil(height / rows);
  const size = workgroupLanes(variant, subgroupSize);
  const perTap = vectorsOf(block);
  const perRow = 3 * perTap;
  const shared = variant.weights === 'subgroup' && subgroupSize !== null ? subgroupSize : null;
  const loadWeights = shared
    ? [
        ...range(Math.ceil(perRow / shared)).map((g) => {
          const last = Math.min(shared, perRow - g * shared) - 1;
          const lane = last === shared - 1 ? 'subgroup_lane' : `min(subgroup_lane, ${last}u)`;
          return `let mine${g} = weights[at + ${g * shared}u + ${lane}];`;
        }),
        ...range(perRow).map(
          (k) =>
            `let w${Math.floor(k / perTap)}_${k % perTap} = subgroupBroadcast(mine${Math.floor(k / shared)}, ${k % shared}u);`,
        ),
      ]
    : range(perRow).map((k) => `let w${Math.floor(k / perTap)}_${k % perTap} = weights[at + ${k}u];`);
  return onGrid({
    name,
    grid: [Math.ceil((quads * rowTiles) / size), packed.blocks * shape.groups, shape.batch],
    size,
    subgroups: shared !== null,
    bindings: bindingsOf(shape, packed, vectors ? 'vec4f' : 'f32'),
    params: {
      groups: u32(shape.groups),
      blocks: u32(packed.blocks),
      inputs: u32(shape.inputs),
      outputs: u32(shape.outputs),
      quads: u32(quads),
      width: u32(pixels),
      height: u32(height),
      rowTiles: u32(rowTiles),
      ...channelParams(shape),
    },
    body: `  let tile = group.x * ${size}u + lane;
  // Invocations beyond the last stay, since subgroups need them, and store nothing.
  let here = min(tile, params.quads * params.rowTiles - 1u);
  let x = here % params.quads;
  let y = i32(here / params.quads) * ${rows};
  let channel_group = group.y / params.blocks;
  let first_output = group.y % params.blocks * ${block}u;
  let line_width = ${vectors ? 'params.quads' : 'params.width'};
  let area = line_width * params.height;
${range(rows)
  .flatMap((i) => range(block).map((o) => `  var sum${i}_${o} = vec4f();`))
  .join('\n')}
  var plane = (group.z * params.sourceTotal + params.sourceFirst + channel_group * params.inputs) * area;
  var at = group.y * params.inputs * ${3 * perRow}u;
  for (var c = 0u; c < params.inputs; c++) {
    for (var ky = 0; ky < 3; ky++) {
      ${loadWeights.join('\n      ')}
${range(rows)
  .map(
    (i) => `      let row${i} = y + ${i - 1} + ky;
      let inside${i} = row${i} >= 0 && row${i} < i32(params.height);
      let line${i} = plane + u32(clamp(row${i}, 0, i32(params.height) - 1)) * line_width;
${vectors ? loadVectors(i) : loadNumbers(i)}
      ${[0, 1, 2]
        .flatMap((kx) =>
          range(block).map((o) => `sum${i}_${o} += ${weightOf(block, `w${kx}_`, o)} * pixels${i}_${kx};`),
        )
        .join(' ')}`,
  )
  .join('\n')}
      at += ${perRow}u;
    }
    plane += area;
  }
  if (tile >= params.quads * params.rowTiles) { return; }
  // A loop, since unrolled stores take long to compile.
  var sums = array<vec4f, ${rows * block}>(${range(rows)
    .flatMap((i) => range(block).map((o) => `sum${i}_${o}`))
    .join(', ')});
  for (var o = 0u; o < min(${block}u, params.outputs - first_output); o++) {
    let channel = channel_group * params.outputs + first_output + o;
    let offset = ${shape.bias === null ? '0.0' : 'bias[channel]'};
    let first = (group.z * params.resultTotal + params.resultFirst + channel) * area + u32(y) * line_width + x${vectors ? '' : ' * 4u'};
    for (var i = 0u; i < min(${rows}u, params.height - u32(y)); i++) {
      let sum = sums[i * ${block}u + o] + offset;
      ${
        vectors
          ? 'result[first + i * line_width] = sum;'
          : [0, 1, 2, 3]
              .map(
                (k) =>
                  `if (x * 4u + ${k}u < params.width) { result[first + i * line_width + ${k}u] = sum.${'xyzw'[k]}; }`,
              )
              .join('\n      ')
      }
    }
  }`,
  });
}

/** The vector of row `i` and what lies a pixel to its left and right. */
const loadVectors = (i: number): string => `      let at${i} = line${i} + x;
      let pixels${i}_1 = select(vec4f(), source[at${i}], inside${i});
      let before${i} = select(0.0, source[at${i} - select(0u, 1u, x > 0u)].w, inside${i} & (x > 0u));
      let after${i} = select(0.0, source[at${i} + select(0u, 1u, x + 1u < params.quads)].x, inside${i} & (x + 1u < params.quads));
      let pixels${i}_0 = vec4f(before${i}, pixels${i}_1.xyz);
      let pixels${i}_2 = vec4f(pixels${i}_1.yzw, after${i});`;

/**
 * The same where rows are not whole vectors: six numbers. Conditions are joined by `&`: `&&` branches, and a dozen
 * branches here took SwiftShader a minute to compile.
 */
const loadNumbers = (i: number): string => `${range(6)
  .map(
    (k) => `      let column${i}_${k} = i32(x * 4u) + ${k - 1};
      let number${i}_${k} = select(0.0, source[line${i} + u32(clamp(column${i}_${k}, 0, i32(params.width) - 1))],
        inside${i} & (column${i}_${k} >= 0) & (column${i}_${k} < i32(params.width)));`,
  )
  .join('\n')}
${[0, 1, 2]
  .map(
    (kx) =>
      `      let pixels${i}_${kx} = vec4f(${[0, 1, 2, 3].map((k) => `number${i}_${kx + k}`).join(', ')});`,
  )
  .join('\n')}`;

/** 1×1: each vector of pixels meets a block's weights once a channel. */
function pointwise(name: string, shape: ConvGeometry, packed: PackedWeights) {
  const { blockSize: block, blocks } = packed;
  const quads = (shape.inSize[0] * shape.inSize[1]) / 4;
  const perTap = vectorsOf(block);
  return perThread({
    name,
    threads: quads * blocks * shape.groups * shape.batch,
    bindings: bindingsOf(shape, packed, 'vec4f'),
    params: {
      groups: u32(shape.groups),
      blocks: u32(blocks),
      inputs: u32(shape.inputs),
      outputs: u32(shape.outputs),
      quads: u32(quads),
      ...channelParams(shape),
    },
    body: `  let x = index % params.quads;
  let rest = index / params.quads;
  let sample = rest / (params.blocks * params.groups);
  let block = rest % (params.blocks * params.groups);
  let channel_group = block / params.blocks;
  let first_output = block % params.blocks * ${block}u;
${range(block)
  .map((o) => `  var sum${o} = vec4f();`)
  .join('\n')}
  var plane = (sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs) * params.quads + x;
  var at = block * params.inputs * ${perTap}u;
  for (var c = 0u; c < params.inputs; c++) {
    let pixels = source[plane];
    ${range(perTap)
      .map((v) => `let w${v} = weights[at + ${v}u];`)
      .join(' ')}
    ${range(block)
      .map((o) => `sum${o} += ${weightOf(block, 'w', o)} * pixels;`)
      .join(' ')}
    at += ${perTap}u;
    plane += params.quads;
  }
${range(block)
  .map(
    (o) => `  if (first_output + ${o}u < params.outputs) {
    let channel = channel_group * params.outputs + first_output + ${o}u;
    result[(sample * params.resultTotal + params.resultFirst + channel) * params.quads + x] = sum${o}${shape.bias === null ? '' : ' + bias[channel]'};
  }`,
  )
  .join('\n')}`,
  });
}
