/**
 * @file Everything that is a separable linear map of an image's rows and columns: `interpolate`, average pooling and
 * adaptive average pooling, and their gradients, which are the same kernel with transposed taps.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import type { AvgPoolAttributes, InterpolateAttributes } from '../../../core/ops/attributes';
import { type AxisTaps, resizeTaps, transposeTaps } from '../../../core/ops/resizeTaps';
import { adaptiveWindow } from './adaptiveWindow';
import {
  type KernelRule,
  type Lowering,
  perThread,
  read,
  type TypeOf,
  table,
  u32,
  value,
  write,
} from './kernel';

type ResampleOp =
  | 'interpolate'
  | 'interpolate_backward'
  | 'avg_pool2d'
  | 'avg_pool2d_backward'
  | 'adaptive_avg_pool2d'
  | 'adaptive_avg_pool2d_backward';

type Size = readonly [height: number, width: number];
type Taps = readonly [rows: AxisTaps, columns: AxisTaps];

export const resample: { readonly [K in ResampleOp]: KernelRule<K> } = {
  interpolate: ({ inputs, outputs, attributes }, typeOf) => {
    const taps = interpolateTaps(imageSize(typeOf(inputs[0]!).shape), attributes);
    return map('interpolate', inputs[0]!, outputs[0]!, taps, typeOf);
  },
  interpolate_backward: ({ inputs, outputs, attributes }, typeOf) => {
    const taps = interpolateTaps(attributes.input_size, attributes);
    return map(
      'interpolate_backward',
      inputs[0]!,
      outputs[0]!,
      transposed(taps, attributes.input_size),
      typeOf,
    );
  },
  avg_pool2d: ({ inputs, outputs, attributes }, typeOf) => {
    const inSize = imageSize(typeOf(inputs[0]!).shape);
    const taps = averageTaps(inSize, imageSize(typeOf(outputs[0]!).shape), attributes);
    return map('avg_pool2d', inputs[0]!, outputs[0]!, taps, typeOf);
  },
  avg_pool2d_backward: ({ inputs, outputs, attributes }, typeOf) => {
    const inSize = imageSize(attributes.input_shape);
    const taps = averageTaps(inSize, imageSize(typeOf(inputs[0]!).shape), attributes);
    return map('avg_pool2d_backward', inputs[0]!, outputs[0]!, transposed(taps, inSize), typeOf);
  },
  adaptive_avg_pool2d: ({ inputs, outputs }, typeOf) => {
    const taps = adaptiveTaps(imageSize(typeOf(inputs[0]!).shape), imageSize(typeOf(outputs[0]!).shape));
    return map('adaptive_avg_pool2d', inputs[0]!, outputs[0]!, taps, typeOf);
  },
  adaptive_avg_pool2d_backward: ({ inputs, outputs, attributes }, typeOf) => {
    const inSize = imageSize(attributes.input_shape);
    const taps = adaptiveTaps(inSize, imageSize(typeOf(inputs[0]!).shape));
    return map('adaptive_avg_pool2d_backward', inputs[0]!, outputs[0]!, transposed(taps, inSize), typeOf);
  },
};

function imageSize(shape: readonly number[]): Size {
  return [shape.at(-2)!, shape.at(-1)!];
}

function interpolateTaps(inSize: Size, attributes: InterpolateAttributes): Taps {
  const { size, mode, align_corners, antialias } = attributes;
  return [
    resizeTaps(inSize[0], size[0], mode, align_corners, antialias),
    resizeTaps(inSize[1], size[1], mode, align_corners, antialias),
  ];
}

/** The divisor is a product of one factor an axis, whichever rule is chosen. */
function averageTaps(inSize: Size, outSize: Size, attributes: AvgPoolAttributes): Taps {
  const { kernel_size, stride, padding, count_include_pad, divisor_override } = attributes;
  const axis = (i: 0 | 1): AxisTaps => {
    const start: number[] = [];
    const weights: number[][] = [];
    for (let out = 0; out < outSize[i]; out++) {
      const first = out * stride[i] - padding[i];
      const paddedEnd = Math.min(first + kernel_size[i], inSize[i] + padding[i]);
      const begin = Math.max(first, 0);
      const end = Math.min(paddedEnd, inSize[i]);
      const included = count_include_pad ? paddedEnd - first : end - begin;
      const divisor = divisor_override === null ? included : i === 0 ? divisor_override : 1;
      start.push(begin);
      weights.push(new Array(Math.max(0, end - begin)).fill(1 / divisor));
    }
    return { start, weights };
  };
  return [axis(0), axis(1)];
}

function adaptiveTaps(inSize: Size, outSize: Size): Taps {
  const axis = (i: 0 | 1): AxisTaps => {
    const windows = Array.from({ length: outSize[i] }, (_, out) =>
      adaptiveWindow(out, inSize[i], outSize[i]),
    );
    return {
      start: windows.map(({ start }) => start),
      weights: windows.map(({ count }) => new Array(count).fill(1 / count)),
    };
  };
  return [axis(0), axis(1)];
}

function transposed(taps: Taps, inSize: Size): Taps {
  return [transposeTaps(taps[0], inSize[0]), transposeTaps(taps[1], inSize[1])];
}

/** Both axes as one table: (start, count, first weight) by output row, then column; then the weights' bits. */
function tapTable(taps: Taps): Int32Array<ArrayBuffer> {
  const heads: number[] = [];
  const weights: number[] = [];
  const firstWeight = 3 * (taps[0].start.length + taps[1].start.length);
  for (const axis of taps) {
    axis.start.forEach((start, out) => {
      heads.push(start, axis.weights[out]!.length, firstWeight + weights.length);
      weights.push(...axis.weights[out]!);
    });
  }
  const packed = new Int32Array(heads.length + weights.length);
  packed.set(heads);
  packed.set(new Int32Array(Float32Array.from(weights).buffer), heads.length);
  return packed;
}

function map(name: string, input: ValueId, output: ValueId, taps: Taps, typeOf: TypeOf): Lowering {
  const [height, width] = imageSize(typeOf(input).shape);
  const dispatch = perThread({
    name,
    threads: elementCount(typeOf(output).shape),
    bindings: {
      source: read(value(input), 'f32'),
      taps: read(table(tapTable(taps)), 'u32'),
      result: write(value(output), 'f32'),
    },
    params: {
      height: u32(height),
      width: u32(width),
      outHeight: u32(taps[0].start.length),
      outWidth: u32(taps[1].start.length),
    },
    body: `  let row = index / params.outWidth % params.outHeight * 3u;
  let column = (params.outHeight + index % params.outWidth) * 3u;
  let plane = index / (params.outWidth * params.outHeight) * params.height * params.width;
  let columns = taps[column + 1u];
  let column_weights = taps[column + 2u];
  var total = 0.0;
  for (var i = 0u; i < taps[row + 1u]; i++) {
    let line = plane + (taps[row] + i) * params.width + taps[column];
    var part = 0.0;
    for (var j = 0u; j < columns; j++) { part += bitcast<f32>(taps[column_weights + j]) * source[line + j]; }
    total += bitcast<f32>(taps[taps[row + 2u] + i]) * part;
  }
  result[index] = total;`,
  });
  return { dispatches: [dispatch] };
}
