/**
 * @file Moving data. `copyRows` moves runs of memory (cat, slices of leading axes); `gather` covers every other map
 * that is affine along each axis (permute, expand, flip, strided slices and their gradients, pad).
 */
import { elementCount, sameShape, type ValueId } from '../../../core/graph/ir';
import { broadcastStrides, denseStrides, mergeAxes } from './broadcast';
import { coordinates, elementwiseDispatch } from './elementwiseDispatch';
import {
  type Dispatch,
  i32,
  type KernelRule,
  type Lowering,
  type Param,
  perThread,
  read,
  storageOf,
  u32,
  value,
  write,
} from './kernel';

type ShapeOp =
  | 'constant'
  | 'full'
  | 'to_dtype'
  | 'dropout'
  | 'reshape'
  | 'permute'
  | 'expand'
  | 'flip'
  | 'cat'
  | 'slice'
  | 'slice_backward'
  | 'pad';

export const shape: { readonly [K in ShapeOp]: KernelRule<K> } = {
  constant: ({ attributes: { values, dtype } }) => ({ constant: numbers(dtype, values) }),
  full: ({ attributes: { shape, dtype, value } }) => ({
    constant: numbers(dtype, new Array(elementCount(shape)).fill(value)),
  }),
  reshape: ({ inputs }) => ({ alias: inputs[0]! }),
  dropout: ({ inputs, attributes: { training, p } }) => {
    if (training && p > 0) {
      throw new Error(
        'dropout in train mode must be rewritten to mul(input, dropout_mask) before compilation',
      );
    }
    return { alias: inputs[0]! };
  },

  to_dtype: ({ inputs, outputs, attributes: { dtype } }, typeOf) => {
    const input = inputs[0]!;
    const from = typeOf(input).dtype;
    const toBool = dtype === 'bool' && from !== 'bool';
    if (!toBool && storageOf(dtype) === storageOf(from)) return { alias: input };
    return {
      dispatches: [
        elementwiseDispatch({
          name: 'to_dtype',
          inputs: [input],
          output: outputs[0]!,
          typeOf,
          // The conversion to the compute type is the cast: towards zero for integers, as in PyTorch.
          expression: toBool ? 'a != V(0)' : 'a',
          params: {},
          condition: toBool,
        }),
      ],
    };
  },

  permute: ({ inputs, outputs, attributes: { dims } }, typeOf) => {
    const inShape = typeOf(inputs[0]!).shape;
    const strides = denseStrides(inShape);
    const moved = dims.filter((dim) => inShape[dim] !== 1);
    if (moved.every((dim, i) => i === 0 || dim > moved[i - 1]!)) return { alias: inputs[0]! };
    const outShape = typeOf(outputs[0]!).shape;
    return strided(
      'permute',
      inputs[0]!,
      outputs[0]!,
      outShape,
      dims.map((dim) => strides[dim]!),
    );
  },
  expand: ({ inputs, outputs }, typeOf) => {
    const inShape = typeOf(inputs[0]!).shape;
    const outShape = typeOf(outputs[0]!).shape;
    if (elementCount(inShape) === elementCount(outShape)) return { alias: inputs[0]! };
    return strided('expand', inputs[0]!, outputs[0]!, outShape, broadcastStrides(inShape, outShape));
  },
  flip: ({ inputs, outputs, attributes: { dims } }, typeOf) => {
    const sizes = typeOf(inputs[0]!).shape;
    const axes = sizes.map((size, axis) =>
      dims.includes(axis) ? { multiply: -1, add: size - 1, divide: 1 } : identity,
    );
    return { dispatches: [gather('flip', inputs[0]!, outputs[0]!, sizes, sizes, axes, 0)] };
  },

  cat: ({ inputs, outputs, attributes: { dim } }, typeOf) => {
    const outShape = typeOf(outputs[0]!).shape;
    const rows = elementCount(outShape.slice(0, dim));
    const outRow = elementCount(outShape.slice(dim));
    let offset = 0;
    const dispatches: Dispatch[] = [];
    for (const input of inputs) {
      const length = elementCount(typeOf(input!).shape.slice(dim));
      if (length > 0) {
        dispatches.push(
          copyRows('cat', input!, outputs[0]!, {
            rows,
            length,
            from: { stride: length, offset: 0 },
            to: { stride: outRow, offset },
          }),
        );
      }
      offset += length;
    }
    return { dispatches };
  },
  slice: ({ inputs, outputs, attributes: { dim, start, step } }, typeOf) => {
    const inShape = typeOf(inputs[0]!).shape;
    const outShape = typeOf(outputs[0]!).shape;
    if (sameShape(inShape, outShape)) return { alias: inputs[0]! };
    if (step === 1) {
      const length = elementCount(outShape.slice(dim));
      return {
        dispatches: [
          copyRows('slice', inputs[0]!, outputs[0]!, {
            rows: elementCount(outShape.slice(0, dim)),
            length,
            from: {
              stride: elementCount(inShape.slice(dim)),
              offset: start * elementCount(inShape.slice(dim + 1)),
            },
            to: { stride: length, offset: 0 },
          }),
        ],
      };
    }
    const axes = inShape.map((_, axis) =>
      axis === dim ? { multiply: step, add: start, divide: 1 } : identity,
    );
    return { dispatches: [gather('slice', inputs[0]!, outputs[0]!, inShape, outShape, axes, 0)] };
  },
  slice_backward: ({ inputs, outputs, attributes: { input_shape, dim, start, step } }, typeOf) => {
    const inShape = typeOf(inputs[0]!).shape;
    const axes = inShape.map((_, axis) =>
      axis === dim ? { multiply: 1, add: -start, divide: step } : identity,
    );
    return { dispatches: [gather('slice_backward', inputs[0]!, outputs[0]!, inShape, input_shape, axes, 0)] };
  },
  pad: ({ inputs, outputs, attributes: { pad, value } }, typeOf) => {
    const { shape: inShape, dtype } = typeOf(inputs[0]!);
    const axes = inShape.map((_, axis) => {
      const before = pad[2 * (inShape.length - 1 - axis)] ?? 0;
      return { multiply: 1, add: -before, divide: 1 };
    });
    const bits = new Int32Array(numbers(dtype, [value]).buffer)[0]!;
    const outShape = typeOf(outputs[0]!).shape;
    return { dispatches: [gather('pad', inputs[0]!, outputs[0]!, inShape, outShape, axes, bits)] };
  },
};

function numbers(dtype: Parameters<typeof storageOf>[0], values: readonly number[]) {
  return storageOf(dtype) === 'f32' ? Float32Array.from(values) : Int32Array.from(values);
}

interface RowSide {
  readonly stride: number;
  readonly offset: number;
}

interface Rows {
  readonly rows: number;
  readonly length: number;
  readonly from: RowSide;
  readonly to: RowSide;
}

function copyRows(name: string, from: ValueId, to: ValueId, rows: Rows): Dispatch {
  const lengths = [rows.length, rows.from.stride, rows.from.offset, rows.to.stride, rows.to.offset];
  const step = lengths.every((length) => length % 4 === 0) ? 4 : 1;
  const element = step === 4 ? 'vec4u' : 'u32';
  const [length, fromStride, fromOffset, toStride, toOffset] = lengths.map((n) => u32(n / step)) as [
    Param,
    Param,
    Param,
    Param,
    Param,
  ];
  return perThread({
    name,
    threads: rows.rows * length.value,
    bindings: { source: read(value(from), element), result: write(value(to), element) },
    params: { length, fromStride, fromOffset, toStride, toOffset },
    body: `  let row = index / params.length;
  let at = index % params.length;
  result[row * params.toStride + params.toOffset + at] = source[row * params.fromStride + params.fromOffset + at];`,
  });
}

/** The output's dense coordinates read the input with `strides`; neighbouring axes are merged. */
function strided(
  name: string,
  from: ValueId,
  to: ValueId,
  outShape: readonly number[],
  inStrides: readonly number[],
): Lowering {
  const merged = mergeAxes(outShape, [inStrides]);
  const rank = merged.sizes.length;
  const strides = merged.strides[0]!;
  const params: Record<string, Param> = {};
  for (let axis = 1; axis < rank; axis++) params[`size${axis}`] = u32(merged.sizes[axis]!);
  strides.forEach((stride, axis) => {
    params[`stride${axis}`] = u32(stride);
  });
  const dispatch = perThread({
    name,
    threads: elementCount(outShape),
    bindings: { source: read(value(from), 'u32'), result: write(value(to), 'u32') },
    params,
    body: `${coordinates(rank)}
  result[index] = source[${strides.map((_, axis) => `at${axis} * params.stride${axis}`).join(' + ')}];`,
  });
  return { dispatches: [dispatch] };
}

/** Input coordinate = (output coordinate · multiply + add) / divide, where that is whole and inside; else filled. */
interface AffineAxis {
  readonly multiply: number;
  readonly add: number;
  readonly divide: number;
}

const identity: AffineAxis = { multiply: 1, add: 0, divide: 1 };

function gather(
  name: string,
  from: ValueId,
  to: ValueId,
  inShape: readonly number[],
  outShape: readonly number[],
  axes: readonly AffineAxis[],
  fillBits: number,
): Dispatch {
  const params: Record<string, Param> = { fill: i32(fillBits) };
  const strides = denseStrides(inShape);
  const lines = axes.map(({ multiply, add, divide }, axis) => {
    if (axis > 0) params[`size${axis}`] = u32(outShape[axis]!);
    params[`multiply${axis}`] = i32(multiply);
    params[`add${axis}`] = i32(add);
    params[`divide${axis}`] = i32(divide);
    params[`inSize${axis}`] = i32(inShape[axis]!);
    params[`stride${axis}`] = i32(strides[axis]!);
    return `  let moved${axis} = i32(at${axis}) * params.multiply${axis} + params.add${axis};
  let whole${axis} = moved${axis} / params.divide${axis};
  inside = inside && moved${axis} >= 0 && whole${axis} * params.divide${axis} == moved${axis}
    && whole${axis} < params.inSize${axis};
  origin += whole${axis} * params.stride${axis};`;
  });
  return perThread({
    name,
    threads: elementCount(outShape),
    bindings: { source: read(value(from), 'u32'), result: write(value(to), 'u32') },
    params,
    body: `${coordinates(axes.length)}
  var inside = true;
  var origin = 0;
${lines.join('\n')}
  var bits = bitcast<u32>(params.fill);
  if (inside) { bits = source[origin]; }
  result[index] = bits;`,
  });
}
