/**
 * @file Batch normalisation over N×C×…: per-channel statistics in two stages, then one pass over the pixels.
 * Stage one leaves (mean, M₂) of each chunk, by sums shifted to the chunk's first element; stage two joins them by
 * Chan's rule, so that nothing cancels where the mean is large beside the deviation.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import { joinLanes, treeDeclaration } from './joinLanes';
import {
  type Dispatch,
  f32,
  type KernelRule,
  type Operand,
  type Param,
  perThread,
  perWorkgroup,
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
  readonly batch: number;
  readonly channels: number;
  /** Pixels of one channel of one sample. */
  readonly pixels: number;
  /** Elements of a channel. */
  readonly perChannel: number;
  /** Elements that an invocation takes at once: 4 where a channel's pixels are whole vectors, else 1. */
  readonly width: 4 | 1;
  /** Chunks of a channel, one a workgroup. */
  readonly chunks: number;
  /** Vectors (or elements) of a chunk. */
  readonly chunk: number;
}

const elementsPerChunk = 2048;
const maxChunks = 128;

function layoutOf(input: ValueId, typeOf: TypeOf): Layout {
  const { shape } = typeOf(input);
  const [batch, channels] = shape as readonly [number, number];
  const pixels = elementCount(shape.slice(2));
  const perChannel = batch * pixels;
  const wanted = Math.min(maxChunks, Math.max(1, Math.ceil(perChannel / elementsPerChunk)));
  const width = pixels % 4 === 0 ? 4 : 1;
  const chunk = Math.ceil(perChannel / width / wanted);
  return { batch, channels, pixels, perChannel, width, chunks: Math.ceil(perChannel / width / chunk), chunk };
}

/** All in vectors where `width` is 4. */
const layoutParams = ({
  channels,
  pixels,
  perChannel,
  width,
  chunks,
  chunk,
}: Layout): Record<string, Param> => ({
  channels: u32(channels),
  pixels: u32(pixels / width),
  perChannel: u32(perChannel / width),
  chunks: u32(chunks),
  chunk: u32(chunk),
});

const elementOf = ({ width }: Layout): 'vec4f' | 'f32' => (width === 4 ? 'vec4f' : 'f32');

/** The sum of a vector's elements, or the one element. */
const total = ({ width }: Layout, expression: string): string =>
  width === 4 ? `dot(${expression}, vec4f(1.0))` : expression;

/** Element `i` of a channel, in sample order. */
const place =
  'i / params.pixels * params.channels * params.pixels + channel * params.pixels + i % params.pixels';

const chunkWalk = (body: string): string => `  let channel = item / params.chunks;
  let begin = item % params.chunks * params.chunk;
  let end = min(begin + params.chunk, params.perChannel);
  var pair = vec2f();
${body}
${joinLanes('pair', (a, b) => `${a} + ${b}`)}`;

export const norm: { readonly [K in 'batch_norm' | 'batch_norm_backward']: KernelRule<K> } = {
  batch_norm: ({ inputs, outputs, attributes }, typeOf) => {
    const [input, weight, bias, runningMean, runningVar] = inputs;
    const layout = layoutOf(input!, typeOf);
    if (!attributes.training) {
      if (runningMean == null || runningVar == null) {
        throw new Error('batch_norm in eval mode needs running statistics');
      }
      const statistics = { mean: value(runningMean), spread: value(runningVar) };
      return {
        dispatches: [
          normalize(
            input!,
            weight,
            bias,
            outputs[0]!,
            layout,
            statistics,
            `inverseSqrt(spread[channel] + params.eps)`,
            {
              eps: f32(attributes.eps),
            },
          ),
        ],
      };
    }
    const [output, saveMean, saveInvstd, newMean, newVar] = outputs as readonly ValueId[];
    const partial = scratch(layout.channels * layout.chunks * 2);
    const running = runningMean != null && runningVar != null;
    return {
      dispatches: [
        partialStatistics(input!, partial, layout),
        joinStatistics(partial, layout, attributes, {
          mean: value(saveMean!),
          invstd: value(saveInvstd!),
          newMean: value(newMean!),
          newVar: value(newVar!),
          running,
        }),
        normalize(
          input!,
          weight,
          bias,
          output!,
          layout,
          { mean: value(saveMean!), spread: value(saveInvstd!) },
          'spread[channel]',
          {},
        ),
      ],
      ...(running ? { inPlace: [[3, 3] as const, [4, 4] as const] } : {}),
    };
  },

  // With x̂ = (x − μ)·s: dγ = Σ g·x̂, dβ = Σ g, dx = γ·s·(g − dβ/n − x̂·dγ/n).
  batch_norm_backward: ({ inputs, outputs }, typeOf) => {
    const [grad, input, mean, invstd, weight] = inputs as readonly (ValueId | null)[];
    const [gradInput, gradWeight, gradBias] = outputs as readonly ValueId[];
    const layout = layoutOf(input!, typeOf);
    const partial = scratch(layout.channels * layout.chunks * 2);
    const tensors = {
      grad: read(value(grad!), 'f32'),
      source: read(value(input!), 'f32'),
      mean: read(value(mean!), 'f32'),
      invstd: read(value(invstd!), 'f32'),
    };
    const element = elementOf(layout);
    return {
      dispatches: [
        perWorkgroup({
          name: 'batch_norm_backward (sums)',
          items: layout.channels * layout.chunks,
          size: workgroupSize,
          bindings: {
            ...tensors,
            grad: { ...tensors.grad, element },
            source: { ...tensors.source, element },
            partial: write(partial, 'f32'),
          },
          params: layoutParams(layout),
          declarations: treeDeclaration('vec2f'),
          body: `${chunkWalk(`  let center = mean[channel];
  let scale = invstd[channel];
  for (var i = begin + lane; i < end; i += ${workgroupSize}u) {
    let at = ${place};
    let g = grad[at];
    let normalized = (source[at] - center) * scale;
    pair += vec2f(${total(layout, 'g')}, ${total(layout, 'g * normalized')});
  }`)}
  if (lane == 0u) { partial[item * 2u] = tree[0].x; partial[item * 2u + 1u] = tree[0].y; }`,
        }),
        perThread({
          name: 'batch_norm_backward (join)',
          threads: layout.channels,
          bindings: {
            partial: read(partial, 'f32'),
            grad_weight: write(value(gradWeight!), 'f32'),
            grad_bias: write(value(gradBias!), 'f32'),
          },
          params: { chunks: u32(layout.chunks) },
          body: `  var sums = vec2f();
  for (var k = index * params.chunks; k < (index + 1u) * params.chunks; k++) {
    sums += vec2f(partial[k * 2u], partial[k * 2u + 1u]);
  }
  grad_bias[index] = sums.x;
  grad_weight[index] = sums.y;`,
        }),
        perThread({
          name: 'batch_norm_backward',
          threads: (layout.perChannel * layout.channels) / layout.width,
          bindings: {
            ...tensors,
            grad: { ...tensors.grad, element },
            source: { ...tensors.source, element },
            ...(weight == null ? {} : { weight: read(value(weight), 'f32') }),
            grad_weight: read(value(gradWeight!), 'f32'),
            grad_bias: read(value(gradBias!), 'f32'),
            result: write(value(gradInput!), element),
          },
          params: {
            pixels: u32(layout.pixels / layout.width),
            channels: u32(layout.channels),
            perElement: f32(1 / layout.perChannel),
          },
          body: `  let channel = index / params.pixels % params.channels;
  let scale = invstd[channel];
  let normalized = (source[index] - mean[channel]) * scale;
  let centered = grad[index] - grad_bias[channel] * params.perElement
    - normalized * (grad_weight[channel] * params.perElement);
  result[index] = centered * (scale${weight == null ? '' : ' * weight[channel]'});`,
        }),
      ],
    };
  },
};

function partialStatistics(input: ValueId, partial: Operand, layout: Layout): Dispatch {
  return perWorkgroup({
    name: 'batch_norm (sums)',
    items: layout.channels * layout.chunks,
    size: workgroupSize,
    bindings: { source: read(value(input), elementOf(layout)), partial: write(partial, 'f32') },
    params: { ...layoutParams(layout), width: f32(layout.width) },
    declarations: treeDeclaration('vec2f'),
    body: `${chunkWalk(`  let first = begin / params.pixels * params.channels * params.pixels + channel * params.pixels + begin % params.pixels;
  let shift = source[first]${layout.width === 4 ? '.x' : ''};
  for (var i = begin + lane; i < end; i += ${workgroupSize}u) {
    let off = source[${place}] - shift;
    pair += vec2f(${total(layout, 'off')}, ${total(layout, 'off * off')});
  }`)}
  if (lane == 0u) {
    let mean = tree[0].x / (f32(end - begin) * params.width);
    partial[item * 2u] = shift + mean;
    partial[item * 2u + 1u] = max(tree[0].y - mean * tree[0].x, 0.0);
  }`,
  });
}

interface StatisticsOutputs {
  readonly mean: Operand;
  readonly invstd: Operand;
  readonly newMean: Operand;
  readonly newVar: Operand;
  /** newMean and newVar hold the running statistics and are updated; else they take the batch's. */
  readonly running: boolean;
}

function joinStatistics(
  partial: Operand,
  layout: Layout,
  { momentum, eps }: { readonly momentum: number; readonly eps: number },
  { mean, invstd, newMean, newVar, running }: StatisticsOutputs,
): Dispatch {
  const access = running ? update : write;
  return perThread({
    name: 'batch_norm (join)',
    threads: layout.channels,
    bindings: {
      partial: read(partial, 'f32'),
      save_mean: write(mean, 'f32'),
      save_invstd: write(invstd, 'f32'),
      new_mean: access(newMean, 'f32'),
      new_var: access(newVar, 'f32'),
    },
    params: {
      perChannel: u32(layout.perChannel),
      chunks: u32(layout.chunks),
      chunk: u32(layout.chunk * layout.width),
      eps: f32(eps),
      momentum: f32(momentum),
    },
    body: `  var count = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  for (var k = 0u; k < params.chunks; k++) {
    let at = (index * params.chunks + k) * 2u;
    let added = f32(min(params.chunk, params.perChannel - k * params.chunk));
    let delta = partial[at] - mean;
    let total = count + added;
    squares += partial[at + 1u] + delta * delta * (count * added / total);
    mean += delta * (added / total);
    count = total;
  }
  let variance = squares / count;
  save_mean[index] = mean;
  save_invstd[index] = 1.0 / sqrt(variance + params.eps);
${
  running
    ? `  new_mean[index] = mix(new_mean[index], mean, params.momentum);
  new_var[index] = mix(new_var[index], squares / (count - 1.0), params.momentum);`
    : `  new_mean[index] = mean;
  new_var[index] = variance;`
}`,
  });
}

function normalize(
  input: ValueId,
  weight: ValueId | null | undefined,
  bias: ValueId | null | undefined,
  output: ValueId,
  layout: Layout,
  statistics: { readonly mean: Operand; readonly spread: Operand },
  scale: string,
  extra: Record<string, Param>,
): Dispatch {
  const element = elementOf(layout);
  return perThread({
    name: 'batch_norm',
    threads: (layout.perChannel * layout.channels) / layout.width,
    bindings: {
      source: read(value(input), element),
      mean: read(statistics.mean, 'f32'),
      spread: read(statistics.spread, 'f32'),
      ...(weight == null ? {} : { weight: read(value(weight), 'f32') }),
      ...(bias == null ? {} : { bias: read(value(bias), 'f32') }),
      result: write(value(output), element),
    },
    params: { pixels: u32(layout.pixels / layout.width), channels: u32(layout.channels), ...extra },
    body: `  let channel = index / params.pixels % params.channels;
  let scale = ${scale}${weight == null ? '' : ' * weight[channel]'};
  result[index] = (source[index] - mean[channel]) * scale${bias == null ? '' : ' + bias[channel]'};`,
  });
}
