/** @file ONNX lowerings of activations and of their gradients, by the formulas of ATen's kernels. */
import type { OpName } from '../../ops/attributes';
import type { OnnxEmitter } from '../onnxEmitter';
import { unary } from './elementwise';
import type { LoweringCall, OnnxLowering, OnnxLowerings } from './onnxLowering';

type ActivationName =
  | 'relu'
  | 'relu6'
  | 'sigmoid'
  | 'tanh'
  | 'silu'
  | 'hardswish'
  | 'hardsigmoid'
  | 'softplus'
  | 'leaky_relu'
  | 'elu'
  | 'gelu'
  | 'hardtanh';
type ActivationGradientName =
  | 'relu_backward'
  | 'relu6_backward'
  | 'leaky_relu_backward'
  | 'elu_backward'
  | 'gelu_backward'
  | 'silu_backward'
  | 'hardswish_backward'
  | 'hardsigmoid_backward'
  | 'hardtanh_backward'
  | 'sigmoid_backward'
  | 'tanh_backward';

/** Slope and scale of gelu's tanh form: 0.5·x·(1 + tanh(β·(x + κ·x³))). */
const geluBeta = Math.sqrt(2 / Math.PI);
const geluKappa = 0.044715;

/** Arithmetic on names, so that formulas read as formulas. */
class Formula {
  constructor(private readonly onnx: OnnxEmitter) {}
  value(x: string | number): string {
    return typeof x === 'number' ? this.onnx.float(x) : x;
  }
  call(op: string, ...operands: (string | number)[]): string {
    return this.onnx.add(
      op,
      operands.map((operand) => this.value(operand)),
    );
  }
  add = (a: string | number, b: string | number): string => this.call('Add', a, b);
  sub = (a: string | number, b: string | number): string => this.call('Sub', a, b);
  mul = (a: string | number, b: string | number): string => this.call('Mul', a, b);
  /** `a` where low < x < high, else 0. */
  inside(a: string, x: string, low: number, high: number): string {
    return this.call(
      'Where',
      this.call('And', this.call('Greater', x, low), this.call('Less', x, high)),
      a,
      0,
    );
  }
}

/** The gradient from `grad_output` and the activation's input (or output, where the op says so). */
function gradient<K extends OpName>(
  body: (f: Formula, grad: string, x: string, attributes: LoweringCall<K>['attributes']) => string,
): OnnxLowering<K> {
  return (onnx, { inputs, attributes }) => [body(new Formula(onnx), inputs[0]!, inputs[1]!, attributes)];
}

export const activations: OnnxLowerings<ActivationName | ActivationGradientName> = {
  relu: unary((onnx, x) => onnx.add('Relu', [x])),
  relu6: unary((onnx, x) => onnx.add('Clip', [x, onnx.float(0), onnx.float(6)])),
  sigmoid: unary((onnx, x) => onnx.add('Sigmoid', [x])),
  tanh: unary((onnx, x) => onnx.add('Tanh', [x])),
  silu: unary((onnx, x) => onnx.add('Mul', [x, onnx.add('Sigmoid', [x])])),
  hardswish: unary((onnx, x) => onnx.add('HardSwish', [x])),
  hardsigmoid: unary((onnx, x) =>
    onnx.add('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  ),
  softplus: unary((onnx, x) => onnx.add('Softplus', [x])),
  leaky_relu: unary((onnx, x, { negative_slope }) =>
    onnx.add('LeakyRelu', [x], { alpha: { float: negative_slope } }),
  ),
  elu: unary((onnx, x, { alpha }) => onnx.add('Elu', [x], { alpha: { float: alpha } })),
  gelu: unary((onnx, x, { approximate }) => {
    const f = new Formula(onnx);
    const gate =
      approximate === 'tanh' ? f.call('Tanh', geluArgument(f, x)) : f.call('Erf', f.mul(x, Math.SQRT1_2));
    return f.mul(f.mul(x, f.add(gate, 1)), 0.5);
  }),
  hardtanh: unary((onnx, x, { min_val, max_val }) =>
    onnx.add('Clip', [x, onnx.float(min_val), onnx.float(max_val)]),
  ),

  // The forward pass has already made Relu(x), and Sign of it is three times faster than a comparison and Where.
  relu_backward: gradient((f, grad, x) => f.mul(grad, f.call('Sign', f.call('Relu', x)))),
  relu6_backward: gradient((f, grad, x) => f.inside(grad, x, 0, 6)),
  leaky_relu_backward: gradient((f, grad, x, { negative_slope }) =>
    f.call('Where', f.call('Greater', x, 0), grad, f.mul(grad, negative_slope)),
  ),
  elu_backward: gradient((f, grad, x, { alpha }) =>
    f.call('Where', f.call('Greater', x, 0), grad, f.mul(grad, f.mul(f.call('Exp', x), alpha))),
  ),
  gelu_backward: gradient((f, grad, x, { approximate }) => f.mul(grad, geluSlope(f, x, approximate))),
  // d/dx x·σ(x) = σ·(1 + x·(1 − σ))
  silu_backward: gradient((f, grad, x) => {
    const sigmoid = f.call('Sigmoid', x);
    return f.mul(grad, f.mul(sigmoid, f.add(f.mul(x, f.sub(1, sigmoid)), 1)));
  }),
  hardswish_backward: gradient((f, grad, x) => {
    const middle = f.mul(grad, f.add(f.mul(x, 1 / 3), 0.5));
    const upToThree = f.call('Where', f.call('LessOrEqual', x, 3), middle, grad);
    return f.call('Where', f.call('Less', x, -3), 0, upToThree);
  }),
  hardsigmoid_backward: gradient((f, grad, x) => f.inside(f.mul(grad, 1 / 6), x, -3, 3)),
  hardtanh_backward: gradient((f, grad, x, { min_val, max_val }) => f.inside(grad, x, min_val, max_val)),
  sigmoid_backward: gradient((f, grad, y) => f.mul(grad, f.mul(f.sub(1, y), y))),
  tanh_backward: gradient((f, grad, y) => f.mul(grad, f.sub(1, f.mul(y, y)))),
};

function geluArgument(f: Formula, x: string): string {
  return f.mul(f.mul(x, f.add(f.mul(f.mul(x, x), geluKappa), 1)), geluBeta);
}

/** Φ(x) + x·φ(x); in the tanh form with u = β(x + κx³): ½(1 + tanh u) + ½x(1 − tanh² u)·β(1 + 3κx²). */
function geluSlope(f: Formula, x: string, approximate: 'none' | 'tanh'): string {
  if (approximate === 'none') {
    const cdf = f.mul(f.add(f.call('Erf', f.mul(x, Math.SQRT1_2)), 1), 0.5);
    const pdf = f.mul(f.call('Exp', f.mul(f.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return f.add(cdf, f.mul(x, pdf));
  }
  const tanh = f.call('Tanh', geluArgument(f, x));
  const left = f.mul(f.add(tanh, 1), 0.5);
  const inner = f.mul(f.add(f.mul(f.mul(x, x), 3 * geluKappa), 1), geluBeta);
  return f.add(left, f.mul(f.mul(f.mul(x, 0.5), f.sub(1, f.mul(tanh, tanh))), inner));
}
