/** @file ONNX lowerings of ops that move elements without computing. */
import {
  cast,
  elementTypeOf,
  type OnnxLowerings,
  padZeros,
  reshape,
  sliceAxis,
  transpose,
} from './onnxLowering';

type ShapeName = 'reshape' | 'permute' | 'expand' | 'flip' | 'cat' | 'slice' | 'slice_backward' | 'pad';

/** ONNX's way to say "down to and including the first element" with a negative step. */
const beforeFirst = -2147483648;

export const shape: OnnxLowerings<ShapeName> = {
  reshape: (onnx, { inputs, inputTypes, outputTypes }) => {
    const { shape: to } = outputTypes[0]!;
    // 0 copies the input's size, which keeps a free batch axis free.
    const keepsFirst = to.length > 0 && to[0] === inputTypes[0]!.shape[0] && !to.includes(0);
    return [reshape(onnx, inputs[0]!, keepsFirst ? [0, ...to.slice(1)] : to)];
  },
  permute: (onnx, { inputs, attributes: { dims } }) => [transpose(onnx, inputs[0]!, dims)],
  expand: (onnx, { inputs, outputTypes }) => [
    onnx.add('Expand', [inputs[0]!, onnx.ints(outputTypes[0]!.shape)]),
  ],
  flip: (onnx, { inputs, attributes: { dims } }) => {
    const all = (value: number) => onnx.ints(dims.map(() => value));
    return [onnx.add('Slice', [inputs[0]!, all(-1), all(beforeFirst), onnx.ints(dims), all(-1)])];
  },
  cat: (onnx, { inputs, inputTypes, outputTypes, attributes: { dim } }) => {
    const to = elementTypeOf(outputTypes[0]!.dtype);
    const parts = inputs.map((input, i) => cast(onnx, input, inputTypes[i]!.dtype, to));
    return [onnx.add('Concat', parts, { axis: dim })];
  },
  slice: (onnx, { inputs, attributes: { dim, start, end, step } }) => [
    sliceAxis(onnx, inputs[0]!, dim, start, end, step),
  ],
  // With a step, every element is first followed by step − 1 zeros: (…, n) → (…, n, 1) → (…, n, step) → (…, n·step).
  slice_backward: (onnx, { inputs, inputTypes, attributes: { input_shape, dim, start, step } }) => {
    const sliced = inputTypes[0]!.shape;
    const count = sliced[dim]!;
    let spread = inputs[0]!;
    if (step > 1) {
      const split = [...sliced.slice(0, dim + 1), 1, ...sliced.slice(dim + 1)];
      const after = split.map((_, axis) => (axis === dim + 1 ? step - 1 : 0));
      const zeros = split.map(() => 0);
      const padded = padZeros(onnx, reshape(onnx, spread, split), zeros, after);
      spread = reshape(
        onnx,
        padded,
        sliced.map((size, axis) => (axis === dim ? count * step : size)),
      );
    }
    const at = (value: number) => sliced.map((_, axis) => (axis === dim ? value : 0));
    return [padZeros(onnx, spread, at(start), at(input_shape[dim]! - start - count * step))];
  },
  pad: (onnx, { inputs, inputTypes, attributes: { pad, value } }) => {
    const { shape: sizes, dtype } = inputTypes[0]!;
    const before = sizes.map(() => 0);
    const after = sizes.map(() => 0);
    for (let pair = 0; pair * 2 < pad.length; pair++) {
      const axis = sizes.length - 1 - pair;
      before[axis] = pad[pair * 2]!;
      after[axis] = pad[pair * 2 + 1]!;
    }
    const type = elementTypeOf(dtype);
    const fill =
      type === 'float32'
        ? onnx.float(value)
        : type === 'bool'
          ? onnx.bools([], [value])
          : onnx.ints([Math.trunc(value)], []);
    return [onnx.add('Pad', [inputs[0]!, onnx.ints([...before, ...after]), fill], { mode: 'constant' })];
  },
};
