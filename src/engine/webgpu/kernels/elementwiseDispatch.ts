/** @file The one kernel behind all elementwise ops: broadcasting by strides, four elements an invocation. */
import type { ValueId } from '../../../core/graph/ir';
import { broadcastStrides, mergeAxes } from './broadcast';
import { mathFunctionsIn } from './elementwiseMath';
import {
  type Binding,
  type Dispatch,
  f32,
  type KernelContext,
  type Param,
  perThread,
  read,
  storageOf,
  type TypeOf,
  u32,
  value,
  write,
} from './kernel';

export interface ElementwiseSpec {
  readonly name: string;
  readonly inputs: readonly ValueId[];
  readonly output: ValueId;
  readonly typeOf: TypeOf;
  readonly expression: string;
  /** Functions and statements that the expression builds on. */
  readonly functions?: string;
  readonly statements?: string;
  readonly params: Readonly<Record<string, number>>;
  readonly condition: boolean;
  /** Where inputs lie that are channels of another tensor. */
  readonly channels?: KernelContext['channels'];
}

/** Of the inputs, in order; a program may read as many as there are storage buffers. */
export const inputNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;

/**
 * Axes are collapsed first, so that most calls are one flat run. An input is then read at the output's own index
 * (`dense`), by strides in vectors (`strided`), or as one number for a whole vector (`splat`).
 */
export function elementwiseDispatch(spec: ElementwiseSpec): Dispatch {
  const { inputs, output, typeOf } = spec;
  const outShape = typeOf(output).shape;
  const offsets = inputs.map(() => 0);
  const { sizes, strides } = mergeAxes(
    outShape,
    inputs.map((input, i) => {
      const { shape } = typeOf(input);
      const own = broadcastStrides(shape, outShape);
      const channels = spec.channels?.(input);
      // Channels of another tensor: samples are further apart.
      if (channels && shape.length === 4 && channels.total !== shape[1]) {
        const area = shape[2]! * shape[3]!;
        own[0] = channels.total * area;
        offsets[i] = channels.first * area;
      }
      return own;
    }),
  );
  const count = sizes.reduce((product, size) => product * size, 1);
  const rank = sizes.length;
  const inner = sizes[rank - 1]!;
  // Buffers are padded to 16 bytes, so a flat run needs no remainder; rows must hold whole vectors.
  const vectors = rank === 1 || inner % 4 === 0;
  const step = vectors ? 4 : 1;

  const outStorage = storageOf(typeOf(output).dtype);
  const inStorages = inputs.map((input) => storageOf(typeOf(input).dtype));
  const compute = spec.condition ? (inStorages.includes('f32') ? 'f32' : 'i32') : outStorage;
  const wide = { f32: 'vec4f', i32: 'vec4i' } as const;
  const outElement = vectors ? wide[outStorage] : outStorage;

  const bindings: Record<string, Binding> = {};
  const params: Record<string, Param> = {};
  for (let axis = 1; axis < rank; axis++) {
    params[`size${axis}`] = u32(axis === rank - 1 ? inner / step : sizes[axis]!);
  }
  let usesCoordinates = false;
  const loads = inputs.map((input, i) => {
    const stride = strides[i]!;
    const storage = inStorages[i]!;
    const dense = isDense(stride, sizes) && offsets[i] === 0;
    const vector = vectors && stride[rank - 1] === 1;
    bindings[`in_${inputNames[i]}`] = read(value(input), vector ? wide[storage] : storage);
    let at = 'index';
    if (!dense) {
      const terms: string[] = [];
      stride.forEach((elements, axis) => {
        if (elements === 0) return;
        params[`stride_${inputNames[i]}${axis}`] = u32(vector && axis < rank - 1 ? elements / 4 : elements);
        terms.push(`at${axis} * params.stride_${inputNames[i]}${axis}`);
      });
      usesCoordinates ||= terms.length > 0;
      if (offsets[i]! > 0) {
        params[`offset_${inputNames[i]}`] = u32(offsets[i]! / (vector ? 4 : 1));
        terms.push(`params.offset_${inputNames[i]}`);
      }
      at = terms.join(' + ') || '0u';
    }
    return `  let ${inputNames[i]} = V(in_${inputNames[i]}[${at}]);`;
  });
  bindings.result = write(value(output), outElement);
  for (const [name, number] of Object.entries(spec.params)) params[name] = f32(number);

  const result = spec.condition ? `select(R(0), R(1), ${spec.expression})` : `R(${spec.expression})`;
  return perThread({
    name: spec.name,
    threads: vectors ? Math.ceil(count / 4) : count,
    bindings,
    params,
    declarations: `alias S = ${compute};
alias V = ${vectors ? wide[compute] : compute};
alias R = ${outElement};
${mathFunctionsIn(`${spec.functions ?? ''}${spec.expression}`)}
${spec.functions ?? ''}`,
    body: `${usesCoordinates ? coordinates(rank) : ''}
${loads.join('\n')}
${spec.statements ?? ''}
  result[index] = ${result};`,
  });
}

/** `at0 … at(rank−1)` of the flat `index`; sizes but the first are in `params`. */
export function coordinates(rank: number): string {
  const lines = ['  var rest = index;'];
  for (let axis = rank - 1; axis > 0; axis--) {
    lines.push(`  let at${axis} = rest % params.size${axis};\n  rest /= params.size${axis};`);
  }
  lines.push('  let at0 = rest;');
  return lines.join('\n');
}

function isDense(stride: readonly number[], sizes: readonly number[]): boolean {
  let expected = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    if (stride[axis] !== expected) return false;
    expected *= sizes[axis]!;
  }
  return true;
}
