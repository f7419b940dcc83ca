/**
 * @file Batch normalisation in training with the activation behind it, over N×C×…. Forward: statistics of chunks of a
 * channel, then one pass over the pixels that joins them on its way. Statistics are (mean, M₂) of sums shifted to the
 * chunk's first element, joined by Chan's rule, so that nothing cancels where the mean is large beside the deviation.
 * Backward: sums of chunks, then the pass over the pixels. What the activation let through is computed again from the
 * input, so that neither its output nor a mask is kept.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import type { FusedOps } from '../fusion/fusedOps';
import { joinSums, sumsDeclaration } from './joinLanes';
import {
  type Dispatch,
  type FusedKernelRule,
  f32,
  type Operand,
  onGrid,
  type Param,
  partialStride,
  perThread,
  read,
  scratch,
  type TypeOf,
  u32,
  update,
  value,
  workgroupSize,
  write,
} from './kernel';

interface Layout {
  readonly channels: number;
  readonly batch: number;
  /** Elements that an invocation takes at once: 4 where a channel's pixels are whole vectors, else 1. */
  readonly width: 4 | 1;
  /** Vectors (or elements) of one channel of one sample. */
  readonly pixels: number;
  /** A chunk is either `samples` whole planes, or one of `pieces` of a plane, of `piece` vectors. */
  readonly samples: number;
  readonly pieces: number;
  readonly piece: number;
  /** Of a channel. */
  readonly chunks: number;
}

const elementsPerChunk = 2048;
const maxChunks = 128;
/** So many partial results each invocation adds up by itself; more are worth a dispatch. */
const fewChunks = 16;

function layoutOf(input: ValueId, typeOf: TypeOf): Layout {
  const { shape } = typeOf(input);
  const [batch, channels] = shape as readonly [number, number];
  const area = elementCount(shape.slice(2));
  const width = area % 4 === 0 ? 4 : 1;
  const wanted = Math.max(elementsPerChunk, Math.ceil((batch * area) / maxChunks));
  const samples = Math.max(1, Math.min(batch, Math.floor(wanted / area)));
  const pieces =
    samples > 1 ? 1 : Math.max(1, Math.min(Math.floor(maxChunks / batch), Math.round(area / wanted)));
  const pixels = area / width;
  const piece = Math.ceil(pixels / pieces);
  return {
    channels,
    batch,
    width,
    pixels,
    samples,
    pieces,
    piece,
    chunks: Math.ceil(batch / samples) * pieces,
  };
}

const layoutParams = (layout: Layout): Record<string, Param> => ({
  channels: u32(layout.channels),
  batch: u32(layout.batch),
  pixels: u32(layout.pixels),
  samples: u32(layout.samples),
  pieces: u32(layout.pieces),
  piece: u32(layout.piece),
  chunks: u32(layout.chunks),
});

const elementOf = ({ width }: Layout): 'vec4f' | 'f32' => (width === 4 ? 'vec4f' : 'f32');

/** The sum of a vector's elements, or the one element. */
const total = ({ width }: Layout, expression: string): string =>
  width === 4 ? `dot(${expression}, vec4f(1.0))` : expression;

const gridOf = ({ chunks, channels }: Layout) => ({
  grid: [chunks, channels, 1] as const,
  size: workgroupSize,
});

/** Where the workgroup's chunk is. */
const chunkBounds = `  let channel = group.y;
  let first_sample = group.x / params.pieces * params.samples;
  let end_sample = min(first_sample + params.samples, params.batch);
  let first_pixel = group.x % params.pieces * params.piece;
  let end_pixel = min(first_pixel + params.piece, params.pixels);`;

/** `body` for each vector `at` of the chunk. */
const overChunk = (
  body: string,
): string => `  for (var sample = first_sample; sample < end_sample; sample++) {
    let plane = (sample * params.channels + channel) * params.pixels;
    for (var i = first_pixel + lane; i < end_pixel; i += ${workgroupSize}u) {
      let at = plane + i;
${body}
    }
  }`;

type Norm = FusedOps['norm_activation'];

export const trainingNorm: {
  readonly [K in 'norm_activation' | 'norm_activation_backward']: FusedKernelRule<K>;
} = {
  norm_activation: ({ inputs, outputs, attributes }, typeOf, { subgroupSize, channels }) => {
    const [input, weight, bias, runningMean, runningVar] = inputs as readonly [
      ValueId,
      ...(ValueId | null)[],
    ];
    const [output, saved, newMean, newVar] = outputs as readonly [ValueId, ValueId, ValueId, ValueId];
    const layout = layoutOf(input, typeOf);
    const partial = scratch(layout.channels * layout.chunks * 2);
    const running = runningMean != null && runningVar != null;
    const access = running ? update : write;
    const statistics = {
      partial: read(partial, 'vec2f'),
      saved: write(value(saved), 'f32'),
      new_mean: access(value(newMean), 'f32'),
      new_var: access(value(newVar), 'f32'),
    };
    const few = layout.chunks <= fewChunks;
    const joined = few ? [] : [joinStatistics(layout, attributes, statistics, running)];
    const apply = onGrid({
      name: 'batch_norm',
      ...gridOf(layout),
      bindings: {
        source: read(value(input), elementOf(layout)),
        ...affine(weight, bias),
        result: write(value(output), elementOf(layout)),
        ...(few ? statistics : { saved: read(value(saved), 'f32') }),
      },
      params: {
        ...layoutParams(layout),
        ...statisticsParams(layout, attributes),
        resultFirst: u32(channels(output).first),
        resultTotal: u32(channels(output).total),
      },
      body: `${chunkBounds}
${
  few
    ? `${joinChunks('channel')}
  if (group.x == 0u && lane == 0u) {
${saveStatistics('channel', running)}
  }`
    : '  let mean = saved[channel];\n  let invstd = saved[params.channels + channel];'
}
  let scale = invstd${weight == null ? '' : ' * weight[channel]'};
  let shift = ${bias == null ? '0.0' : 'bias[channel]'};
${overChunk(`      let normalized = (source[at] - mean) * scale + shift;
      result[(sample * params.resultTotal + params.resultFirst + channel) * params.pixels + i] =
        ${activate(attributes, layout, 'normalized', 'normalized')};`)}`,
    });
    return {
      dispatches: [partialStatistics(input, partial, layout, subgroupSize), ...joined, apply],
      ...(running ? { inPlace: [[2, 3] as const, [3, 4] as const] } : {}),
    };
  },

  // With x̂ = (x − μ)·s: dγ = Σ g·x̂, dβ = Σ g, dx = γ·s·(g − dβ/n − x̂·dγ/n).
  norm_activation_backward: ({ inputs, outputs, attributes }, typeOf, { subgroupSize, maxPartials }) => {
    const [grad, input, saved, weight, bias] = inputs as readonly [
      ValueId,
      ValueId,
      ValueId,
      ...(ValueId | null)[],
    ];
    const [gradInput, gradWeight, gradBias] = outputs as readonly [ValueId, ValueId, ValueId];
    const layout = layoutOf(input, typeOf);
    const { channels, chunks } = layout;
    const stride = partialStride(channels);
    const few = chunks <= Math.min(fewChunks, maxPartials(gradWeight), maxPartials(gradBias));
    const sums = few
      ? { weight: value(gradWeight), bias: value(gradBias) }
      : { weight: scratch(stride * chunks), bias: scratch(stride * chunks) };
    const element = elementOf(layout);
    const tensors = {
      grad: read(value(grad), element),
      source: read(value(input), element),
      saved: read(value(saved), 'f32'),
      ...affine(weight, bias),
    };
    const slope = `${weight == null ? '' : ' * weight[channel]'}`;
    // The same expression as the forward pass's, so that both agree on which side of zero it is.
    const passed = `      let centered = source[at] - mean;
      let normalized = centered * (invstd${slope}) + ${bias == null ? '0.0' : 'bias[channel]'};
      let g = ${activate(attributes, layout, 'grad[at]', 'normalized')};`;
    const params = { ...layoutParams(layout), stride: u32(stride) };
    const load = '  let mean = saved[channel];\n  let invstd = saved[params.channels + channel];';
    const addUp = (name: string): string =>
      `  var sum_${name} = 0.0;
  for (var k = 0u; k < ${few ? 'params.chunks' : '1u'}; k++) { sum_${name} += grad_${name}[k * params.stride + channel]; }`;
    return {
      dispatches: [
        onGrid({
          name: 'batch_norm_backward (sums)',
          ...gridOf(layout),
          bindings: { ...tensors, sum_weight: write(sums.weight, 'f32'), sum_bias: write(sums.bias, 'f32') },
          params,
          declarations: sumsDeclaration('vec2f'),
          subgroups: subgroupSize !== null,
          body: `${chunkBounds}
${load}
  var pair = vec2f();
${overChunk(`${passed}
      pair += vec2f(${total(layout, 'g * centered')}, ${total(layout, 'g')});`)}
${joinSums('pair', subgroupSize)}
  if (lane == 0u) {
    sum_weight[group.x * params.stride + channel] = joined.x * invstd;
    sum_bias[group.x * params.stride + channel] = joined.y;
  }`,
        }),
        ...(few ? [] : [joinGradients(sums, gradWeight, gradBias, layout, stride)]),
        onGrid({
          name: 'batch_norm_backward',
          ...gridOf(layout),
          bindings: {
            ...tensors,
            grad_weight: read(value(gradWeight), 'f32'),
            grad_bias: read(value(gradBias), 'f32'),
            result: write(value(gradInput), element),
          },
          params: { ...params, perElement: f32(1 / (layout.batch * layout.pixels * layout.width)) },
          body: `${chunkBounds}
${load}
${addUp('weight')}
${addUp('bias')}
  let mean_grad = sum_bias * params.perElement;
  let mean_slope = sum_weight * params.perElement * invstd;
  let scale = invstd${slope};
${overChunk(`${passed}
      result[at] = (g - mean_grad - centered * mean_slope) * scale;`)}`,
        }),
      ],
      ...(few ? { partials: new Map([gradWeight, gradBias].map((output) => [output, chunks])) } : {}),
    };
  },
};

function affine(weight: ValueId | null | undefined, bias: ValueId | null | undefined) {
  return {
    ...(weight == null ? {} : { weight: read(value(weight), 'f32') }),
    ...(bias == null ? {} : { bias: read(value(bias), 'f32') }),
  };
}

/** `of`, where the activation lets `normalized` through. */
function activate(
  { activation }: Pick<Norm, 'activation'>,
  layout: Layout,
  of: string,
  normalized: string,
): string {
  const zero = `${elementOf(layout)}()`;
  return activation === 'none' ? of : `select(${of}, ${zero}, ${normalized} <= ${zero})`;
}

function partialStatistics(
  input: ValueId,
  partial: Operand,
  layout: Layout,
  subgroupSize: number | null,
): Dispatch {
  return onGrid({
    name: 'batch_norm (sums)',
    ...gridOf(layout),
    bindings: { source: read(value(input), elementOf(layout)), partial: write(partial, 'vec2f') },
    params: { ...layoutParams(layout), width: f32(layout.width) },
    declarations: sumsDeclaration('vec2f'),
    subgroups: subgroupSize !== null,
    body: `${chunkBounds}
  let first = source[(first_sample * params.channels + channel) * params.pixels + first_pixel];
  let shift = first${layout.width === 4 ? '.x' : ''};
  var pair = vec2f();
${overChunk(`      let off = source[at] - shift;
      pair += vec2f(${total(layout, 'off')}, ${total(layout, 'off * off')});`)}
${joinSums('pair', subgroupSize)}
  if (lane == 0u) {
    let count = f32((end_sample - first_sample) * (end_pixel - first_pixel)) * params.width;
    let mean = joined.x / count;
    partial[channel * params.chunks + group.x] = vec2f(shift + mean, max(joined.y - mean * joined.x, 0.0));
  }`,
  });
}

const statisticsParams = (layout: Layout, { momentum, eps }: Norm): Record<string, Param> => ({
  width: f32(layout.width),
  perElement: f32(1 / (layout.batch * layout.pixels * layout.width)),
  unbiased: f32(
    (layout.batch * layout.pixels * layout.width) / (layout.batch * layout.pixels * layout.width - 1),
  ),
  eps: f32(eps),
  momentum: f32(momentum),
});

/** `mean`, `variance` and `invstd` of a channel, from its chunks. */
const joinChunks = (channel: string): string => `  var mean = 0.0;
  var squares = 0.0;
  for (var walk = 0u; walk < 2u; walk++) {
    var sum = 0.0;
    for (var k = 0u; k < params.chunks; k++) {
      let chunk = partial[${channel} * params.chunks + k];
      let chunk_samples = min(params.samples, params.batch - k / params.pieces * params.samples);
      let chunk_pixels = min(params.piece, params.pixels - k % params.pieces * params.piece);
      let count = f32(chunk_samples * chunk_pixels) * params.width;
      sum += select(count * chunk.x, chunk.y + count * (chunk.x - mean) * (chunk.x - mean), walk == 1u);
    }
    if (walk == 0u) { mean = sum * params.perElement; } else { squares = sum; }
  }
  let variance = squares * params.perElement;
  let invstd = 1.0 / sqrt(variance + params.eps);`;

const saveStatistics = (channel: string, running: boolean): string => `    saved[${channel}] = mean;
    saved[params.channels + ${channel}] = invstd;
${
  running
    ? `    new_mean[${channel}] = mix(new_mean[${channel}], mean, params.momentum);
    new_var[${channel}] = mix(new_var[${channel}], variance * params.unbiased, params.momentum);`
    : `    new_mean[${channel}] = mean;
    new_var[${channel}] = variance;`
}`;

function joinStatistics(
  layout: Layout,
  attributes: Norm,
  bindings: Parameters<typeof perThread>[0]['bindings'],
  running: boolean,
): Dispatch {
  return perThread({
    name: 'batch_norm (join)',
    threads: layout.channels,
    bindings,
    params: { ...layoutParams(layout), ...statisticsParams(layout, attributes) },
    body: `${joinChunks('index')}
${saveStatistics('index', running)}`,
  });
}

function joinGradients(
  sums: { readonly weight: Operand; readonly bias: Operand },
  gradWeight: ValueId,
  gradBias: ValueId,
  { channels, chunks }: Layout,
  stride: number,
): Dispatch {
  return perThread({
    name: 'batch_norm_backward (join)',
    threads: channels,
    bindings: {
      sum_weight: read(sums.weight, 'f32'),
      sum_bias: read(sums.bias, 'f32'),
      grad_weight: write(value(gradWeight), 'f32'),
      grad_bias: write(value(gradBias), 'f32'),
    },
    params: { chunks: u32(chunks), stride: u32(stride) },
    body: `  var sums = vec2f();
  for (var k = 0u; k < params.chunks; k++) {
    sums += vec2f(sum_weight[k * params.stride + index], sum_bias[k * params.stride + index]);
  }
  grad_weight[index] = sums.x;
  grad_bias[index] = sums.y;`,
  });
}
