/** @file Activations and, beside each, ATen's gradient of it: (grad_output, input), or output where said. */

import type { DType } from '../graph/ir';
import type { OpAttributes, OpName } from './attributes';
import { type OpDefinition, type OpRegistry, ShapeError } from './opDefinition';
import { activationBackward, onlyFloating, toFloating, type UnaryRow, unary } from './rows';
import type { TracedOpAttributes } from './traceOnly/attributes';

type Activations =
  | ('relu' | 'relu6' | 'sigmoid' | 'tanh' | 'silu' | 'hardswish' | 'hardsigmoid' | 'softplus')
  | ('leaky_relu' | 'elu' | 'gelu' | 'hardtanh');
type Gradients =
  | ('relu_backward' | 'relu6_backward' | 'leaky_relu_backward' | 'elu_backward' | 'gelu_backward')
  | ('silu_backward' | 'hardswish_backward' | 'hardsigmoid_backward' | 'hardtanh_backward')
  | ('sigmoid_backward' | 'tanh_backward');

const noBool =
  (message: string) =>
  (dtype: DType): DType => {
    if (dtype === 'bool') throw new ShapeError(message);
    return dtype;
  };

/** An activation whose gradient is an op of its own with the same attributes. */
function activation<K extends OpName, B extends OpName>(
  doc: string,
  dtype: UnaryRow<K>['dtype'],
  backward: B & (OpAttributes[K] extends OpAttributes[B] ? unknown : never),
  from: 'input' | 'output',
  examples: readonly OpAttributes[K][],
): OpDefinition<K> {
  return unary<K>({
    doc,
    dtype,
    gradient: (a, { x, y, g, attributes }) =>
      a.builder.add<B>(
        backward,
        [g, from === 'input' ? x : y],
        attributes as OpAttributes[OpName] as TracedOpAttributes[B],
      ),
    examples,
  });
}

const none = [{}];
const slopes = [{ negative_slope: 0.01 }, { negative_slope: 0.2 }];
const alphas = [{ alpha: 1 }, { alpha: 0.7 }];
const approximations: readonly OpAttributes['gelu'][] = [{ approximate: 'none' }, { approximate: 'tanh' }];
const limits = [
  { min_val: -1, max_val: 1 },
  { min_val: 0, max_val: 0.5 },
];

export const activations: Pick<OpRegistry, Activations | Gradients> = {
  relu: activation<'relu', 'relu_backward'>(
    'max(0, x).',
    noBool('Boolean inputs not supported for relu'),
    'relu_backward',
    'input',
    none,
  ),
  relu_backward: activationBackward('Gradient of relu: g where x > 0.', none),

  relu6: activation<'relu6', 'relu6_backward'>(
    'min(max(0, x), 6).',
    noBool('Bool inputs not supported for hardtanh'),
    'relu6_backward',
    'input',
    none,
  ),
  relu6_backward: activationBackward('Gradient of relu6: g where 0 < x < 6.', none),

  sigmoid: activation<'sigmoid', 'sigmoid_backward'>(
    '1 / (1 + exp(−x)).',
    toFloating,
    'sigmoid_backward',
    'output',
    none,
  ),
  sigmoid_backward: activationBackward('Gradient of sigmoid from its output y: g·y·(1 − y).', none),

  tanh: activation<'tanh', 'tanh_backward'>(
    'Hyperbolic tangent.',
    toFloating,
    'tanh_backward',
    'output',
    none,
  ),
  tanh_backward: activationBackward('Gradient of tanh from its output y: g·(1 − y²).', none),

  silu: activation<'silu', 'silu_backward'>(
    'x·sigmoid(x).',
    onlyFloating('silu_cpu'),
    'silu_backward',
    'input',
    none,
  ),
  silu_backward: activationBackward('Gradient of silu: with s = sigmoid(x), g·s·(1 + x·(1 − s)).', none),

  hardswish: activation<'hardswish', 'hardswish_backward'>(
    'x·min(max(0, x + 3), 6)/6.',
    onlyFloating('hardswish_cpu'),
    'hardswish_backward',
    'input',
    none,
  ),
  hardswish_backward: activationBackward(
    'Gradient of hardswish: 0 where x < −3, g·(x/3 + ½) up to x = 3, g beyond.',
    none,
  ),

  hardsigmoid: activation<'hardsigmoid', 'hardsigmoid_backward'>(
    'min(max(0, x + 3), 6)/6.',
    onlyFloating('hardsigmoid_cpu'),
    'hardsigmoid_backward',
    'input',
    none,
  ),
  hardsigmoid_backward: activationBackward('Gradient of hardsigmoid: g/6 where −3 < x < 3.', none),

  softplus: unary<'softplus'>({
    doc: 'log(1 + exp(x)), and x itself above 20, as in PyTorch with beta = 1.',
    dtype: onlyFloating('softplus_cpu'),
    // d log(1 + eˣ) = eˣ / (1 + eˣ) = sigmoid(x)
    gradient: (a, { x, g }) => a.mul(g, a.sigmoid(x)),
    examples: none,
  }),

  leaky_relu: activation<'leaky_relu', 'leaky_relu_backward'>(
    'x where x > 0, else negative_slope·x.',
    onlyFloating('leaky_relu_cpu'),
    'leaky_relu_backward',
    'input',
    slopes,
  ),
  leaky_relu_backward: activationBackward(
    'Gradient of leaky_relu: g where x > 0, else negative_slope·g.',
    slopes,
  ),

  elu: activation<'elu', 'elu_backward'>(
    'x where x > 0, else alpha·(exp(x) − 1).',
    onlyFloating('elu_cpu'),
    'elu_backward',
    'input',
    alphas,
  ),
  elu_backward: activationBackward('Gradient of elu: g where x > 0, else g·alpha·exp(x).', alphas),

  gelu: activation<'gelu', 'gelu_backward'>(
    'x·Φ(x), Φ being the normal distribution function, exact or by tanh.',
    onlyFloating('GeluKernelImpl'),
    'gelu_backward',
    'input',
    approximations,
  ),
  gelu_backward: activationBackward(
    'Gradient of gelu: g·(Φ(x) + x·φ(x)), or that of its tanh form.',
    approximations,
  ),

  hardtanh: activation<'hardtanh', 'hardtanh_backward'>(
    'Limits every element to [min_val, max_val].',
    noBool('Bool inputs not supported for hardtanh'),
    'hardtanh_backward',
    'input',
    limits,
  ),
  hardtanh_backward: activationBackward('Gradient of hardtanh: g where min_val < x < max_val.', limits),
};
