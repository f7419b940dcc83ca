/**
 * @file Gradient of a convolution's weights: dW[o, c, ky, kx] = Σ over n, y, x of dY[n, o, y, x] · X[n, c, y·s + ky·d − p, …].
 * The sum over rows is split between invocations, whose partial sums a second dispatch adds in a fixed order.
 */
import type { GraphNode, ValueId } from '../../../core/graph/ir';
import { planLanes, weightGradientLanes } from './convWeightGradLanes';
import {
  type Dispatch,
  i32,
  type KernelContext,
  type Lowering,
  type Operand,
  type Param,
  partialStride,
  perThread,
  read,
  scratch,
  type TypeOf,
  u32,
  value,
  write,
} from './kernel';

/** Output channels of an invocation. */
const outputBlock = 4;
/** Enough invocations to fill a large device. */
const wantedThreads = 32768;
/** The same for kernels of one subgroup a workgroup. */
const wantedWorkgroups = 256;
const maxPartialBytes = 64 * 2 ** 20;

interface Split {
  /** Rows of dY that one invocation sums; all N·H′ rows count as one run. */
  readonly rows: number;
  readonly splits: number;
}

function splitRows(totalRows: number, rowQuantum: number, threads: number, affordable: number): Split {
  const wanted = Math.ceil(wantedThreads / threads);
  const splits = Math.max(1, Math.min(wanted, affordable, Math.ceil(totalRows / rowQuantum)));
  const rows = Math.ceil(totalRows / splits / rowQuantum) * rowQuantum;
  return { rows, splits: Math.ceil(totalRows / rows) };
}

export function weightGradient(
  node: GraphNode<'conv2d_weight_grad'>,
  typeOf: TypeOf,
  { subgroupSize, maxPartials, channels }: KernelContext,
): Lowering {
  const { stride: steps, padding, dilation, groups, kernel_size } = node.attributes;
  const [input, grad] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0]!;
  const [batch, inChannels, height, width] = typeOf(input).shape as [number, number, number, number];
  const [, outChannels, outHeight, outWidth] = typeOf(grad).shape as [number, number, number, number];
  const inputs = inChannels / groups;
  const outputs = outChannels / groups;
  const [kh, kw] = kernel_size;
  const count = outChannels * inputs * kh * kw;
  const stride = partialStride(count);
  const allowed = maxPartials(output);
  const affordable = allowed || Math.max(1, Math.floor(maxPartialBytes / (stride * 4)));
  const [sourceChannels, gradChannels] = [channels(input), channels(grad)];
  const channelParams = {
    sourceFirst: u32(sourceChannels.first),
    sourceTotal: u32(sourceChannels.total),
    gradFirst: u32(gradChannels.first),
    gradTotal: u32(gradChannels.total),
  };
  /** The rule's dispatches, given what makes so many partial sums. */
  const withSplits = (splits: number, main: (target: Operand) => Dispatch): Lowering => {
    if (splits === 1 || allowed > 0)
      return { dispatches: [main(value(output))], partials: new Map([[output, splits]]) };
    const target = scratch(stride * splits);
    const join = sumPartials('conv2d_weight_grad', target, value(output), count, splits);
    return { dispatches: [main(target), join] };
  };

  const sameRows =
    kh === 3 &&
    kw === 3 &&
    [...steps, ...dilation, ...padding].every((number) => number === 1) &&
    width % 4 === 0;
  if (sameRows && subgroupSize !== null && subgroupSize <= 32 && inputs > 2 && outputs > 2) {
    const shape = { batch, groups, inputs, outputs, height, width };
    const plan = planLanes(shape, subgroupSize, wantedWorkgroups, affordable);
    if (plan.splits <= affordable) {
      return withSplits(plan.splits, (target) =>
        weightGradientLanes(input, grad, target, shape, plan, subgroupSize, stride, channelParams),
      );
    }
  }

  const outputBlocks = Math.ceil(outputs / outputBlock);
  const inputBlock = sameRows || inputs < 3 ? 1 : 4;
  const inputBlocks = Math.ceil(inputs / inputBlock);
  const places = groups * outputBlocks * inputBlocks * (sameRows ? 1 : kh * kw);
  const { rows, splits } = splitRows(batch * outHeight, 4, places, affordable);
  const params: Record<string, Param> = {
    places: u32(places),
    rows: u32(rows),
    totalRows: u32(batch * outHeight),
    partialStride: u32(stride),
    groups: u32(groups),
    outputs: u32(outputs),
    outputBlocks: u32(outputBlocks),
    inputs: u32(inputs),
    inputBlocks: u32(inputBlocks),
    height: i32(height),
    outHeight: u32(outHeight),
    ...channelParams,
  };
  return withSplits(splits, (target) =>
    sameRows
      ? perThread({
          name: 'conv2d_weight_grad',
          threads: places * splits,
          bindings: {
            source: read(value(input), 'vec4f'),
            grad: read(value(grad), 'vec4f'),
            result: write(target, 'f32'),
          },
          params: { ...params, quads: u32(width / 4) },
          body: rowsBody(),
        })
      : perThread({
          name: 'conv2d_weight_grad',
          threads: places * splits,
          bindings: {
            source: read(value(input), 'f32'),
            grad: read(value(grad), 'f32'),
            result: write(target, 'f32'),
          },
          params: {
            ...params,
            width: i32(width),
            outWidth: u32(outWidth),
            kernelHeight: u32(kh),
            kernelWidth: u32(kw),
            strideY: i32(steps[0]),
            strideX: i32(steps[1]),
            paddingY: i32(padding[0]),
            paddingX: i32(padding[1]),
            dilationY: i32(dilation[0]),
            dilationX: i32(dilation[1]),
          },
          body: anyBody(inputBlock),
        }),
  );
}

/** partial: `splits` tensors of `count`, `partialStride` apart → result: count. */
export function sumPartials(
  name: string,
  partial: Operand,
  result: Operand,
  count: number,
  splits: number,
): Dispatch {
  return perThread({
    name: `${name} (join)`,
    threads: count,
    bindings: { partial: read(partial, 'f32'), result: write(result, 'f32') },
    params: { stride: u32(partialStride(count)), splits: u32(splits) },
    body: `  var total = 0.0;
  for (var k = 0u; k < params.splits; k++) { total += partial[k * params.stride + index]; }
  result[index] = total;`,
  });
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Planes of the four output channels; those beyond the last repeat it and are not stored. */
const gradPlanes = (area: string): string =>
  range(outputBlock)
    .map((o) => `  let plane${o} = min(first_output + ${o}u, params.outputs - 1u) * ${area};`)
    .join('\n');

/**
 * Kernel 3×3, stride 1, same size, whole vectors: 4 outputs × 1 input × 9 taps an invocation. It walks down each
 * column of vectors with three rows of X in registers.
 */
function rowsBody(): string {
  const loadRow = (k: number, y: string): string => `{
        let row = ${y};
        let inside = row >= 0 && row < params.height;
        let line = source_plane + u32(clamp(row, 0, params.height - 1)) * params.quads + x;
        middle${k} = select(vec4f(), source[line], inside);
        let before = select(0.0, source[line - select(0u, 1u, x > 0u)].w, inside && x > 0u);
        let after = select(0.0, source[line + select(0u, 1u, x + 1u < params.quads)].x, inside && x + 1u < params.quads);
        left${k} = vec4f(before, middle${k}.xyz);
        right${k} = vec4f(middle${k}.yzw, after);
      }`;
  const rowNames = ['left', 'middle', 'right'];
  const shift = (to: number, source: number): string =>
    rowNames.map((name) => `${name}${to} = ${name}${source};`).join(' ');
  return `  let place = index % params.places;
  let split = index / params.places;
  let channel = place % params.inputs;
  let first_output = place / params.inputs % params.outputBlocks * ${outputBlock}u;
  let channel_group = place / (params.inputs * params.outputBlocks);
  let area = params.quads * params.outHeight;
${gradPlanes('area')}
${range(outputBlock)
  .map((o) => `  var sum${o}_0 = vec3f(); var sum${o}_1 = vec3f(); var sum${o}_2 = vec3f();`)
  .join('\n')}
  var run = split * params.rows;
  let end = min(run + params.rows, params.totalRows);
  while (run < end) {
    let sample = run / params.outHeight;
    let top = run % params.outHeight;
    let bottom = min(params.outHeight, top + (end - run));
    let source_plane = (sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs + channel) * area;
    let grad_plane = (sample * params.gradTotal + params.gradFirst + channel_group * params.outputs) * area;
    for (var x = 0u; x < params.quads; x++) {
      var left0 = vec4f(); var middle0 = vec4f(); var right0 = vec4f();
      var left1 = vec4f(); var middle1 = vec4f(); var right1 = vec4f();
      var left2 = vec4f(); var middle2 = vec4f(); var right2 = vec4f();
      ${loadRow(0, 'i32(top) - 1')}
      ${loadRow(1, 'i32(top)')}
      for (var y = top; y < bottom; y++) {
        ${loadRow(2, 'i32(y) + 1')}
        let at = grad_plane + y * params.quads + x;
${range(outputBlock)
  .map(
    (o) => `        let grad${o} = grad[at + plane${o}];
        ${[0, 1, 2]
          .map(
            (ky) =>
              `sum${o}_${ky} += vec3f(${rowNames.map((name) => `dot(grad${o}, ${name}${ky})`).join(', ')});`,
          )
          .join('\n        ')}`,
  )
  .join('\n')}
        ${shift(0, 1)} ${shift(1, 2)}
      }
    }
    run += bottom - top;
  }
  let base = split * params.partialStride;
${range(outputBlock)
  .map(
    (o) => `  if (first_output + ${o}u < params.outputs) {
    let first = base + ((channel_group * params.outputs + first_output + ${o}u) * params.inputs + channel) * 9u;
    let sums = array<vec3f, 3>(sum${o}_0, sum${o}_1, sum${o}_2);
    for (var tap = 0u; tap < 9u; tap++) { result[first + tap] = sums[tap / 3u][tap % 3u]; }
  }`,
  )
  .join('\n')}`;
}

/** Any geometry: 4 outputs × `inputBlock` inputs of one tap an invocation, pixel by pixel. */
function anyBody(inputBlock: 1 | 4): string {
  const vector = inputBlock === 4;
  const channels = range(inputBlock);
  return `  let place = index % params.places;
  let split = index / params.places;
  let kx = place % params.kernelWidth;
  let ky = place / params.kernelWidth % params.kernelHeight;
  let taps = params.kernelHeight * params.kernelWidth;
  let first_channel = place / taps % params.inputBlocks * ${inputBlock}u;
  let first_output = place / (taps * params.inputBlocks) % params.outputBlocks * ${outputBlock}u;
  let channel_group = place / (taps * params.inputBlocks * params.outputBlocks);
  let area = params.outHeight * params.outWidth;
  let source_area = params.height * params.width;
${gradPlanes('area')}
${channels
  .map((c) => `  let channel${c} = i32(min(first_channel + ${c}u, params.inputs - 1u)) * source_area;`)
  .join('\n')}
${channels.map((c) => `  var sum${c} = vec4f();`).join('\n')}
  let end = min((split + 1u) * params.rows, params.totalRows);
  for (var run = split * params.rows; run < end; run++) {
    let sample = run / params.outHeight;
    let y = run % params.outHeight;
    let row = i32(y) * params.strideY + i32(ky) * params.dilationY - params.paddingY;
    if (row < 0 || row >= params.height) { continue; }
    let source_line = i32(sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs) * source_area + row * params.width;
    let grad_line = (sample * params.gradTotal + params.gradFirst + channel_group * params.outputs) * area + y * params.outWidth;
    for (var x = 0u; x < params.outWidth; x++) {
      let column = i32(x) * params.strideX + i32(kx) * params.dilationX - params.paddingX;
      if (column < 0 || column >= params.width) { continue; }
      let at = grad_line + x;
      let grads = vec4f(grad[at + plane0], grad[at + plane1], grad[at + plane2], grad[at + plane3]);
${channels.map((c) => `      sum${c} += source[source_line + column + channel${c}] * grads;`).join('\n')}
    }
  }
  let tap = ky * params.kernelWidth + kx;
  for (var o = 0u; o < ${outputBlock}u; o++) {
    if (first_output + o >= params.outputs) { break; }
    let first = split * params.partialStride
      + ((channel_group * params.outputs + first_output + o) * params.inputs + first_channel) * taps + tap;
${channels
  .map(
    (c) =>
      `    ${vector ? `if (first_channel + ${c}u < params.inputs) { ` : ''}result[first + ${c}u * taps] = sum${c}[o];${vector ? ' }' : ''}`,
  )
  .join('\n')}
  }`;
}
