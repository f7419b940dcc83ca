/** @file Kernels that run a program of elementwise ops: for every element of a tensor, or for sums over it. */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import type { Program } from '../fusion/program';
import { elementwiseRow } from './elementwise';
import { elementwiseDispatch, inputNames } from './elementwiseDispatch';
import { mathFunctionsIn } from './elementwiseMath';
import { joinSums, sumsDeclaration } from './joinLanes';
import {
  type Binding,
  type FusedKernelRule,
  f32,
  type Operand,
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

interface ProgramCode {
  /** One function a step. */
  readonly functions: string;
  readonly statements: string;
  readonly results: readonly string[];
  readonly params: Readonly<Record<string, number>>;
}

/** `V` is the type of all values; inputs are variables named as in `inputNames`. */
function codeOf({ steps, results }: Program): ProgramCode {
  const params: Record<string, number> = {};
  const nameOf = (argument: Program['results'][number]): string =>
    'input' in argument ? inputNames[argument.input]! : `step${argument.step}`;
  const functions = steps.map(({ op, attributes, args }, i) => {
    const row = elementwiseRow(op, attributes);
    for (const [name, number] of Object.entries(row.params)) params[`step${i}_${name}`] = number;
    const expression = row.expression.replaceAll('params.', `params.step${i}_`);
    const result = row.condition ? `select(V(0), V(1), ${expression})` : `V(${expression})`;
    const list = args.map((_, k) => `${inputNames[k]}: V`).join(', ');
    return `fn do_step${i}(${list}) -> V { return ${result}; }`;
  });
  const statements = steps.map(
    ({ args }, i) => `  let step${i} = do_step${i}(${args.map(nameOf).join(', ')});`,
  );
  return {
    functions: functions.join('\n'),
    statements: statements.join('\n'),
    results: results.map(nameOf),
    params,
  };
}

const title = ({ steps }: Program): string => steps.map(({ op }) => op).join(' ');

export const programs: { readonly [K in 'fused_elementwise' | 'fused_sum']: FusedKernelRule<K> } = {
  fused_elementwise: ({ inputs, outputs, attributes }, typeOf, { channels }) => {
    const { results, ...code } = codeOf(attributes);
    return {
      dispatches: [
        elementwiseDispatch({
          name: title(attributes),
          inputs: inputs as readonly ValueId[],
          output: outputs[0]!,
          typeOf,
          expression: results[0]!,
          condition: false,
          channels,
          ...code,
        }),
      ],
    };
  },

  fused_sum: ({ inputs, outputs, attributes }, typeOf, { subgroupSize }) => {
    const { steps, shape, length, means, maps } = attributes;
    const { results: named, ...code } = codeOf({ steps, results: [...attributes.results, ...maps] });
    const totals = attributes.results.length;
    const results = named.slice(0, totals);
    const count = elementCount(shape) / length;
    const width = length % 4 === 0 ? 4 : 1;
    const splits = Math.min(maxSplits, Math.max(1, Math.ceil(length / elementsPerSplit)));
    const vector = totalTypes[totals - 1]!;
    const partial: Operand = scratch(count * splits * (totals === 3 ? 4 : totals));
    const scale = Object.fromEntries(means.map((mean, i) => [`scale${i}`, f32(mean ? 1 / length : 1)]));
    const totalOutputs = outputs.slice(0, totals);
    const mapped = outputs.slice(totals);
    const resultTypes = totalOutputs.map((output) => storageOf(typeOf(output).dtype));
    const stored = Object.fromEntries(
      totalOutputs.map((output, i) => [`result${i}`, write(value(output), resultTypes[i]!)]),
    );
    const component = (i: number): string => (totals === 1 ? 'joined' : `joined.${'xyzw'[i]}`);
    const store = (at: string): string =>
      totalOutputs
        .map((_, i) => `result${i}[${at}] = ${resultTypes[i]}(${component(i)} * params.scale${i});`)
        .join(' ');
    const sums = results.map((result, i) => ({ name: `sum${i}`, result }));
    const padding = totals === 3 ? ', 0.0' : '';
    const first = perWorkgroup({
      name: `sum ${title(attributes)}`.trim(),
      items: count * splits,
      size: workgroupSize,
      bindings: {
        ...inputBindings(inputs as readonly ValueId[], typeOf, width),
        ...(splits === 1 ? stored : { partial: write(partial, vector) }),
        ...Object.fromEntries(
          mapped.map((output, i) => [`map${i}`, write(value(output), width === 4 ? 'vec4f' : 'f32')]),
        ),
      },
      params: {
        length: u32(length / width),
        splits: u32(splits),
        ...scale,
        ...Object.fromEntries(Object.entries(code.params).map(([name, number]) => [name, f32(number)])),
      },
      declarations: `alias S = f32;
alias V = ${width === 4 ? 'vec4f' : 'f32'};
${mathFunctionsIn(code.functions)}
${code.functions}
${sumsDeclaration(vector)}`,
      subgroups: subgroupSize !== null,
      body: `  let base = item / params.splits * params.length;
  let split = item % params.splits;
${sums.map(({ name }) => `  var ${name} = V();`).join('\n')}
  for (var k = split * ${workgroupSize}u + lane; k < params.length; k += params.splits * ${workgroupSize}u) {
    let at = base + k;
${inputs.map((input, i) => `    let ${inputNames[i]} = V(in_${inputNames[i]}[${isScalar(input!, typeOf) ? '0u' : 'at'}]);`).join('\n')}
${code.statements}
${sums.map(({ name, result }) => `    ${name} += ${result};`).join('\n')}
${mapped.map((_, i) => `    map${i}[at] = ${named[totals + i]};`).join('\n')}
  }
  let mine = ${vector}(${sums.map(({ name }) => (width === 4 ? `dot(${name}, vec4f(1.0))` : name)).join(', ')}${padding});
${joinSums('mine', subgroupSize)}
  if (lane == 0u) { ${splits === 1 ? store('item') : 'partial[item] = joined;'} }`,
    });
    if (splits === 1) return { dispatches: [first] };
    const second = perThread({
      name: 'sum (join)',
      threads: count,
      bindings: { partial: read(partial, vector), ...stored },
      params: { splits: u32(splits), ...scale },
      body: `  var joined = ${vector}();
  for (var k = 0u; k < params.splits; k++) { joined += partial[index * params.splits + k]; }
  ${store('index')}`,
    });
    return { dispatches: [first, second] };
  },
};

const maxSplits = 64;
/** A split shorter than this is not worth a workgroup of its own. */
const elementsPerSplit = 4096;

/** By how many totals there are: what holds them, of a size that arrays have without gaps. */
const totalTypes = ['f32', 'vec2f', 'vec4f', 'vec4f'] as const;

const isScalar = (input: ValueId, typeOf: TypeOf): boolean => elementCount(typeOf(input).shape) === 1;

function inputBindings(inputs: readonly ValueId[], typeOf: TypeOf, width: 4 | 1): Record<string, Binding> {
  return Object.fromEntries(
    inputs.map((input, i) => {
      const element = isScalar(input, typeOf) || width === 1 ? 'f32' : 'vec4f';
      return [`in_${inputNames[i]}`, read(value(input), element)];
    }),
  );
}
