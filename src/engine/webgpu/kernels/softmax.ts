/** @file Softmax and its kin along one axis: one invocation walks one line of `length` elements, `inner` apart. */
import { elementCount, type GraphNode, type ValueId } from '../../../core/graph/ir';
import { type KernelRule, type Lowering, perThread, read, type TypeOf, u32, value, write } from './kernel';

type SoftmaxOp = 'softmax' | 'log_softmax' | 'softmax_backward' | 'log_softmax_backward';

const forward = (finish: string) => `  var peak = a[base];
  for (var k = 1u; k < params.length; k++) { peak = max(peak, a[base + k * params.inner]); }
  var total = 0.0;
  for (var k = 0u; k < params.length; k++) { total += exp(a[base + k * params.inner] - peak); }
  let log_total = log(total);
  for (var k = 0u; k < params.length; k++) {
    let at = base + k * params.inner;
    result[at] = ${finish};
  }`;

// a: gradient of the output, b: the output y.
// softmax: y·(g − Σ g·y). log_softmax: g − exp(y)·Σ g.
const backward = (term: string, finish: string) => `  var total = 0.0;
  for (var k = 0u; k < params.length; k++) { let at = base + k * params.inner; total += ${term}; }
  for (var k = 0u; k < params.length; k++) { let at = base + k * params.inner; result[at] = ${finish}; }`;

const bodies: Readonly<Record<SoftmaxOp, string>> = {
  softmax: forward('exp(a[at] - peak) / total'),
  log_softmax: forward('a[at] - peak - log_total'),
  softmax_backward: backward('a[at] * b[at]', 'b[at] * (a[at] - total)'),
  log_softmax_backward: backward('a[at]', 'a[at] - exp(b[at]) * total'),
};

export const softmax: { readonly [K in SoftmaxOp]: KernelRule<K> } = {
  softmax: lines,
  log_softmax: lines,
  softmax_backward: lines,
  log_softmax_backward: lines,
};

function lines({ op, inputs, outputs, attributes }: GraphNode<SoftmaxOp>, typeOf: TypeOf): Lowering {
  const { shape } = typeOf(outputs[0]!);
  const [a, b] = inputs as readonly ValueId[];
  const length = shape[attributes.dim] ?? 1;
  return {
    dispatches: [
      perThread({
        name: op,
        threads: elementCount(shape) / Math.max(length, 1),
        bindings: {
          a: read(value(a!), 'f32'),
          ...(b === undefined ? {} : { b: read(value(b), 'f32') }),
          result: write(value(outputs[0]!), 'f32'),
        },
        params: { length: u32(length), inner: u32(elementCount(shape.slice(attributes.dim + 1))) },
        body: `  let base = index / params.inner * params.inner * params.length + index % params.inner;
${bodies[op]}`,
      }),
    ],
  };
}
