/** @file Types of convolutions and of their transposes over any number of planes, with PyTorch's words. N×C×planes. */
import { elementCount, type TensorType } from '../graph/ir';
import { type OptionalType, ShapeError } from './opDefinition';
import { inputAt, scalarTypeName, sizes, spokenTypeName } from './typeRules';

/** One number a plane in each list. */
interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Size that a kernel covers: dilation·(k − 1) + 1. */
export const span = (kernel: number, dilation: number) => dilation * (kernel - 1) + 1;

/** Multiply–accumulates of a correlation that reads each weight once for every place of `places`. */
export const macsAt = (places: TensorType, weight: TensorType) =>
  (elementCount(places.shape) / places.shape[1]!) * elementCount(weight.shape);

/** (input: N×C×…, weight: O×C/groups×kernel, bias?: O) */
export function convolutionType(
  op: string,
  planes: number,
  inputs: readonly OptionalType[],
  geometry: Geometry,
): TensorType {
  const [input, weight] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  checkConvolution(op, planes, input, weight, geometry);
  const { stride, padding, dilation, groups } = geometry;
  const expected = weight.shape[1]! * groups;
  if (input.shape[1] !== expected) {
    throw new ShapeError(
      `Given groups=${groups}, weight of size ${sizes(weight.shape)}, expected input${sizes(input.shape)} to have ${expected} channels, but got ${input.shape[1]} channels instead`,
    );
  }
  checkOperands('', weight.shape[0]!, input, weight, inputs[2] ?? null);
  const padded = input.shape.slice(2).map((size, axis) => size + 2 * padding[axis]!);
  const kernel = weight.shape.slice(2).map((size, axis) => span(size, dilation[axis]!));
  if (padded.some((size, axis) => size < kernel[axis]!)) {
    throw new ShapeError(
      `Calculated padded input size per channel: (${padded.join(' x ')}). Kernel size: (${kernel.join(' x ')}). Kernel size can't be greater than actual input size`,
    );
  }
  const size = padded.map((length, axis) => Math.floor((length - kernel[axis]!) / stride[axis]!) + 1);
  return { shape: [input.shape[0]!, weight.shape[0]!, ...size], dtype: input.dtype };
}

/** (input: N×C×…, weight: C×O/groups×kernel, bias?: O) */
export function transposedConvolutionType(
  op: string,
  planes: number,
  inputs: readonly OptionalType[],
  geometry: Geometry & { readonly output_padding: readonly number[] },
): TensorType {
  const [input, weight] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  checkConvolution(op, planes, input, weight, geometry);
  const { stride, padding, dilation, groups, output_padding } = geometry;
  if (input.shape[1] !== weight.shape[0]) {
    throw new ShapeError(
      `Given transposed=1, weight of size ${sizes(weight.shape)}, expected input${sizes(input.shape)} to have ${weight.shape[0]} channels, but got ${input.shape[1]} channels instead`,
    );
  }
  const channels = weight.shape[1]! * groups;
  checkOperands('transposed=1, ', channels, input, weight, inputs[2] ?? null);
  if (output_padding.some((size, axis) => size >= stride[axis]! && size >= dilation[axis]!)) {
    const names = ['depth', 'height', 'width'].slice(-planes);
    const told = Object.entries({ output_padding, stride, dilation }).flatMap(([what, values]) =>
      names.map((name, axis) => `${what}_${name}: ${values[axis]}`),
    );
    throw new ShapeError(
      `output padding must be smaller than either stride or dilation, but got ${told.join(' ')}`,
    );
  }
  const size = input.shape
    .slice(2)
    .map(
      (length, axis) =>
        (length - 1) * stride[axis]! -
        2 * padding[axis]! +
        span(weight.shape[2 + axis]!, dilation[axis]!) +
        output_padding[axis]!,
    );
  if (size.some((length) => length < 1)) {
    throw new ShapeError(
      `Given input size per channel: (${input.shape.slice(2).join(' x ')}). Calculated output size per channel: (${size.join(' x ')}). Output size is too small`,
    );
  }
  return { shape: [input.shape[0]!, channels, ...size], dtype: input.dtype };
}

/** Checks that a convolution and its transpose share, in PyTorch's order. */
function checkConvolution(
  op: string,
  planes: number,
  input: TensorType,
  weight: TensorType,
  { stride, padding, dilation, groups }: Geometry,
): void {
  if (input.shape.length !== planes + 2) {
    throw new ShapeError(
      `Expected ${planes + 1}D (unbatched) or ${planes + 2}D (batched) input to ${op}, but got input of size: ${sizes(input.shape)}`,
    );
  }
  if (weight.shape.length !== planes + 2) {
    throw new ShapeError(
      `expected weight of ${planes + 2} dimensions, but got weight of size: ${sizes(weight.shape)}`,
    );
  }
  if (padding.some((size) => size < 0)) throw new ShapeError('negative padding is not supported');
  if (stride.some((size) => size <= 0)) throw new ShapeError('non-positive stride is not supported');
  if (dilation.some((size) => size <= 0)) {
    throw new ShapeError(`dilation should be greater than zero, but got ${sizes(dilation)}`);
  }
  if (weight.shape[0]! < groups) {
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${sizes(weight.shape)} instead`,
    );
  }
  if (weight.shape[0]! % groups !== 0) {
    throw new ShapeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${sizes(weight.shape)}] instead`,
    );
  }
}

/** Checked last, as shapes tell more. */
function checkOperands(
  given: string,
  channels: number,
  input: TensorType,
  weight: TensorType,
  bias: OptionalType,
): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels)) {
    throw new ShapeError(
      `Given ${given}weight of size ${sizes(weight.shape)}, expected bias to be 1-dimensional with ${channels} elements, but got bias of size ${sizes(bias.shape)} instead`,
    );
  }
  if (input.dtype !== weight.dtype && bias && given === '') {
    throw new ShapeError(
      `Input type (${spokenTypeName(input.dtype)}) and bias type (${spokenTypeName(bias.dtype)}) should be the same`,
    );
  }
  if (input.dtype !== weight.dtype) {
    throw new ShapeError(
      `expected scalar type ${scalarTypeName(input.dtype)} but found ${scalarTypeName(weight.dtype)}`,
    );
  }
}
