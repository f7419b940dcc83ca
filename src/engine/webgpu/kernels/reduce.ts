/**
 * @file Reductions. Short ones take one invocation an output; long ones a workgroup each, over several splits whose
 * partial results a second dispatch joins, always in the same order, so that results repeat to the bit.
 */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import { denseStrides, mergeAxes } from './broadcast';
import { joinLanes, treeDeclaration } from './joinLanes';
import {
  type Dispatch,
  f32,
  type KernelRule,
  type Lowering,
  type Operand,
  type Param,
  partialStride,
  perThread,
  perWorkgroup,
  read,
  scratch,
  storageOf,
  type TypeOf,
  u32,
  value,
  workgroupSize,
  write,
} from './kernel';

interface Reduction {
  readonly start: (scalar: 'f32' | 'i32') => string;
  readonly join: (a: string, b: string) => string;
}

const add: Reduction = { start: (scalar) => `${scalar}(0)`, join: (a, b) => `${a} + ${b}` };
const max: Reduction = {
  start: (scalar) => (scalar === 'f32' ? '-3.4028234663852886e38' : '-2147483647'),
  join: (a, b) => `max(${a}, ${b})`,
};
const min: Reduction = {
  start: (scalar) => (scalar === 'f32' ? '3.4028234663852886e38' : '2147483647'),
  join: (a, b) => `min(${a}, ${b})`,
};

export const reduce: { readonly [K in 'sum' | 'mean' | 'amax' | 'amin' | 'argmax']: KernelRule<K> } = {
  sum: ({ inputs, outputs, attributes: { dim } }, typeOf, { maxPartials, channels }) =>
    reduceAxes(
      'sum',
      add,
      inputs[0]!,
      outputs[0]!,
      dim,
      typeOf,
      false,
      maxPartials(outputs[0]!),
      channels(inputs[0]!),
    ),
  mean: ({ inputs, outputs, attributes: { dim } }, typeOf) =>
    reduceAxes('mean', add, inputs[0]!, outputs[0]!, dim, typeOf, true),
  amax: ({ inputs, outputs, attributes: { dim } }, typeOf) =>
    reduceAxes('amax', max, inputs[0]!, outputs[0]!, dim, typeOf, false),
  amin: ({ inputs, outputs, attributes: { dim } }, typeOf) =>
    reduceAxes('amin', min, inputs[0]!, outputs[0]!, dim, typeOf, false),

  argmax: ({ inputs, outputs, attributes: { dim } }, typeOf) => {
    const { shape, dtype } = typeOf(inputs[0]!);
    const element = storageOf(dtype);
    return {
      dispatches: [
        perThread({
          name: 'argmax',
          threads: elementCount(typeOf(outputs[0]!).shape),
          bindings: { source: read(value(inputs[0]!), element), result: write(value(outputs[0]!), 'i32') },
          params: { length: u32(shape[dim] ?? 1), inner: u32(elementCount(shape.slice(dim + 1))) },
          body: `  let base = index / params.inner * params.inner * params.length + index % params.inner;
  var best = source[base];
  var at = 0u;
  for (var k = 1u; k < params.length; k++) {
    let candidate = source[base + k * params.inner];
    if (candidate > best) { best = candidate; at = k; }
  }
  result[index] = i32(at);`,
        }),
      ],
    };
  },
};

/** Below this many elements a reduction is one invocation's work. */
const shortReduction = 64;
/** A split shorter than this is not worth a workgroup of its own. */
const elementsPerSplit = 4096;
const maxSplits = 64;

function reduceAxes(
  name: string,
  reduction: Reduction,
  input: ValueId,
  output: ValueId,
  dim: readonly number[],
  typeOf: TypeOf,
  mean: boolean,
  maxPartials = 0,
  channels = { first: 0, total: 0 },
): Lowering {
  const { shape, dtype } = typeOf(input);
  const strides = denseStrides(shape);
  const isView = shape.length === 4 && channels.total !== shape[1] && channels.total > 0;
  if (isView) strides[0] = channels.total * strides[1]!;

  const pick = (reduced: boolean) => {
    const axes = shape.map((_, axis) => axis).filter((axis) => dim.includes(axis) === reduced);
    const merged = mergeAxes(
      axes.map((axis) => shape[axis]!),
      [axes.map((axis) => strides[axis]!)],
    );
    return { sizes: merged.sizes, strides: merged.strides[0]! };
  };
  const kept = pick(false);
  const reduced = pick(true);
  const outputs = product(kept.sizes);
  const length = product(reduced.sizes);
  const element = storageOf(dtype);
  const result = storageOf(typeOf(output).dtype);
  const scale = mean ? 1 / length : 1;

  const params: Record<string, Param> = { offset: u32(isView ? channels.first * strides[1]! : 0) };
  const walk = (axes: typeof kept, prefix: string, from: string, into: string): string => {
    const lines = axes.sizes.length > 1 ? [`var rest_${prefix} = ${from};`] : [];
    axes.sizes.forEach((size, axis) => {
      params[`${prefix}_stride${axis}`] = u32(axes.strides[axis]!);
      if (axis > 0) params[`${prefix}_size${axis}`] = u32(size);
    });
    for (let axis = axes.sizes.length - 1; axis > 0; axis--) {
      const size = `params.${prefix}_size${axis}`;
      lines.push(
        `${into} += rest_${prefix} % ${size} * params.${prefix}_stride${axis}; rest_${prefix} /= ${size};`,
      );
    }
    lines.push(`${into} += ${axes.sizes.length > 1 ? `rest_${prefix}` : from} * params.${prefix}_stride0;`);
    return lines.join('\n    ');
  };

  if (length <= shortReduction || outputs >= 16384) {
    const keptWalk = walk(kept, 'kept', 'index', 'base');
    const reducedWalk = walk(reduced, 'reduced', 'k', 'at');
    const dispatch = perThread({
      name,
      threads: outputs,
      bindings: { source: read(value(input), element), result: write(value(output), result) },
      params: { length: u32(length), scale: f32(scale), ...params },
      body: `  var base = params.offset;
    ${keptWalk}
  var total = ${reduction.start(element)};
  for (var k = 0u; k < params.length; k++) {
    var at = base;
    ${reducedWalk}
    total = ${reduction.join('total', 'source[at]')};
  }
  result[index] = ${finish('total', element, result, mean)};`,
    });
    return { dispatches: [dispatch] };
  }

  const splits = Math.min(maxSplits, Math.max(1, Math.ceil(length / elementsPerSplit)));
  const whole = splits === 1 || splits <= maxPartials;
  const stride = partialStride(outputs);
  const partial: Operand = whole ? value(output) : scratch(stride * splits);
  const keptWalk = walk(kept, 'kept', 'which', 'base');
  const reducedWalk = walk(reduced, 'reduced', 'k', 'at');
  const partialElement = splits === 1 ? result : element;
  const first = perWorkgroup({
    name,
    items: outputs * splits,
    size: workgroupSize,
    bindings: { source: read(value(input), element), result: write(partial, partialElement) },
    params: { length: u32(length), splits: u32(splits), stride: u32(stride), scale: f32(scale), ...params },
    declarations: treeDeclaration(element),
    body: `  let which = item / params.splits;
  let split = item % params.splits;
  var base = params.offset;
    ${keptWalk}
  var total = ${reduction.start(element)};
  for (var k = split * ${workgroupSize}u + lane; k < params.length; k += params.splits * ${workgroupSize}u) {
    var at = base;
    ${reducedWalk}
    total = ${reduction.join('total', 'source[at]')};
  }
${joinLanes('total', reduction.join)}
  if (lane == 0u) { result[split * params.stride + which] = ${splits === 1 ? finish('tree[0]', element, result, mean) : 'tree[0]'}; }`,
  });
  if (whole) return { dispatches: [first], partials: new Map([[output, splits]]) };
  const second = joinPartials(
    name,
    reduction,
    partial,
    value(output),
    outputs,
    splits,
    scale,
    element,
    result,
    mean,
  );
  return { dispatches: [first, second] };
}

function joinPartials(
  name: string,
  reduction: Reduction,
  partial: Operand,
  output: Operand,
  outputs: number,
  splits: number,
  scale: number,
  element: 'f32' | 'i32',
  result: 'f32' | 'i32',
  mean: boolean,
): Dispatch {
  return perThread({
    name: `${name} (join)`,
    threads: outputs,
    bindings: { partial: read(partial, element), result: write(output, result) },
    params: { splits: u32(splits), stride: u32(partialStride(outputs)), scale: f32(scale) },
    body: `  var total = ${reduction.start(element)};
  for (var k = 0u; k < params.splits; k++) { total = ${reduction.join('total', 'partial[k * params.stride + index]')}; }
  result[index] = ${finish('total', element, result, mean)};`,
  });
}

function finish(total: string, element: 'f32' | 'i32', result: 'f32' | 'i32', mean: boolean): string {
  if (mean) return `f32(${total}) * params.scale`;
  return element === result ? total : `${result}(${total})`;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
