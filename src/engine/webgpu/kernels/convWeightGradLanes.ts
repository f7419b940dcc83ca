/**
 * @file Gradient of the weights of 3×3 convolutions that keep the size, with subgroups. A lane sums 9 taps × some input
 * channels for one or two output channels of its own; the input is loaded by a lane a channel, which tells it to the
 * others, and three rows of it slide down a strip of the image in registers.
 */

import type { ValueId } from '../../../core/graph/ir';
import { type Dispatch, type Operand, onGrid, type Param, read, u32, value, write } from './kernel';

export interface LanesShape {
  readonly batch: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly height: number;
  /** A multiple of 4. */
  readonly width: number;
}

export interface LanesPlan {
  /** Input channels of a workgroup. */
  readonly inputBlock: number;
  /** Output channels of a lane. */
  readonly perLane: 1 | 2;
  /** Rows of a strip. */
  readonly rows: number;
  readonly strips: number;
  /** Partial sums: one a sample and strip. */
  readonly splits: number;
}

/** @param wanted workgroups that fill the device; `affordable` partial sums that memory is spent on */
export function planLanes(
  shape: LanesShape,
  subgroupSize: number,
  wanted: number,
  affordable: number,
): LanesPlan {
  const inputBlock = Math.min(8, subgroupSize);
  const perLane = shape.outputs > subgroupSize ? 2 : 1;
  const blocks =
    Math.ceil(shape.inputs / inputBlock) * Math.ceil(shape.outputs / (perLane * subgroupSize)) * shape.groups;
  const most = Math.max(1, Math.min(Math.floor(affordable / shape.batch), Math.ceil(shape.height / 4)));
  const strips = Math.max(1, Math.min(most, Math.ceil(wanted / (blocks * shape.batch))));
  const rows = Math.ceil(shape.height / strips);
  const used = Math.ceil(shape.height / rows);
  return { inputBlock, perLane, rows, strips: used, splits: used * shape.batch };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Writes `plan.splits` partial sums, `partialStride` apart. */
export function weightGradientLanes(
  input: ValueId,
  grad: ValueId,
  target: Operand,
  shape: LanesShape,
  { inputBlock, perLane, rows, strips, splits }: LanesPlan,
  subgroupSize: number,
  partialStride: number,
  channelParams: Readonly<Record<'sourceFirst' | 'sourceTotal' | 'gradFirst' | 'gradTotal', Param>>,
): Dispatch {
  const outputBlock = perLane * subgroupSize;
  const outputBlocks = Math.ceil(shape.outputs / outputBlock);
  const lanes = range(perLane);
  const channels = range(inputBlock);
  const parts = ['left', 'middle', 'right'] as const;
  const perOutput = inputBlock * 9;
  return onGrid({
    name: 'conv2d_weight_grad',
    grid: [Math.ceil(shape.inputs / inputBlock), outputBlocks * shape.groups, splits],
    size: subgroupSize,
    subgroups: true,
    bindings: {
      source: read(value(input), 'vec4f'),
      grad: read(value(grad), 'vec4f'),
      result: write(target, 'f32'),
    },
    params: {
      groups: u32(shape.groups),
      inputs: u32(shape.inputs),
      outputs: u32(shape.outputs),
      outputBlocks: u32(outputBlocks),
      height: u32(shape.height),
      quads: u32(shape.width / 4),
      rows: u32(rows),
      strips: u32(strips),
      partialStride: u32(partialStride),
      ...channelParams,
    },
    declarations: `// A row of the lane's input channel around one vector: it, and the pixels beside it.
struct Row { middle: vec4f, before: f32, after: f32 }

fn load_row(plane: u32, y: i32, x: u32) -> Row {
  let inside = y >= 0 && y < i32(params.height);
  let at = plane + u32(clamp(y, 0, i32(params.height) - 1)) * params.quads + x;
  return Row(
    select(vec4f(), source[at], inside),
    select(0.0, source[at - select(0u, 1u, x > 0u)].w, inside & (x > 0u)),
    select(0.0, source[at + select(0u, 1u, x + 1u < params.quads)].x, inside & (x + 1u < params.quads)),
  );
}`,
    body: `  let channel_group = group.y / params.outputBlocks;
  let first_output = group.y % params.outputBlocks * ${outputBlock}u;
  let first_input = group.x * ${inputBlock}u;
  let sample = group.z / params.strips;
  let top = group.z % params.strips * params.rows;
  let area = params.quads * params.height;
  let own_input = min(first_input + subgroup_lane % ${inputBlock}u, params.inputs - 1u);
  let source_plane = (sample * params.sourceTotal + params.sourceFirst + channel_group * params.inputs + own_input) * area;
${lanes
  .map(
    (v) => `  let output${v} = first_output + ${v * subgroupSize}u + subgroup_lane;
  let grad_plane${v} = (sample * params.gradTotal + params.gradFirst + channel_group * params.outputs + min(output${v}, params.outputs - 1u)) * area;`,
  )
  .join('\n')}
${lanes
  .flatMap((v) =>
    channels.map(
      (c) => `  var sum${v}_${c}_0 = vec3f(); var sum${v}_${c}_1 = vec3f(); var sum${v}_${c}_2 = vec3f();`,
    ),
  )
  .join('\n')}
  let bottom = min(top + params.rows, params.height);
  for (var x = 0u; x < params.quads; x++) {
    var row0 = load_row(source_plane, i32(top) - 1, x);
    var row1 = load_row(source_plane, i32(top), x);
    for (var y = top; y < bottom; y++) {
      let row2 = load_row(source_plane, i32(y) + 1, x);
${lanes.map((v) => `      let grad${v} = grad[grad_plane${v} + y * params.quads + x];`).join('\n')}
${channels
  .map((c) =>
    [0, 1, 2]
      .map(
        (ky) => `      { let middle = subgroupBroadcast(row${ky}.middle, ${c}u);
        let left = vec4f(subgroupBroadcast(row${ky}.before, ${c}u), middle.xyz);
        let right = vec4f(middle.yzw, subgroupBroadcast(row${ky}.after, ${c}u));
        ${lanes
          .map(
            (v) =>
              `sum${v}_${c}_${ky} += vec3f(${parts.map((part) => `dot(grad${v}, ${part})`).join(', ')});`,
          )
          .join(' ')} }`,
      )
      .join('\n'),
  )
  .join('\n')}
      row0 = row1;
      row1 = row2;
    }
  }
${lanes
  .map(
    (v) => `  if (output${v} < params.outputs) {
    let first = group.z * params.partialStride + ((channel_group * params.outputs + output${v}) * params.inputs + first_input) * 9u;
    var sums = array<vec3f, ${inputBlock * 3}>(${channels.flatMap((c) => [0, 1, 2].map((ky) => `sum${v}_${c}_${ky}`)).join(', ')});
    let stored = min(${perOutput}u, (params.inputs - first_input) * 9u);
    for (var k = 0u; k < stored; k++) { result[first + k] = sums[k / 3u][k % 3u]; }
  }`,
  )
  .join('\n')}`,
  });
}
