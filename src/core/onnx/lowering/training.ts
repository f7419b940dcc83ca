/** @file ONNX lowerings of the pieces of losses and optimizers. */
import type { OnnxEmitter } from '../onnxEmitter';
import { onnxElementType } from '../onnxModel';
import { type OnnxLowerings, reshape } from './onnxLowering';

export const training: OnnxLowerings<'one_hot' | 'lovasz_weights' | 'sgd_update' | 'adamw_update'> = {
  // Not ONNX's OneHot, which counts negative classes from the end.
  one_hot: (onnx, { inputs, inputTypes, attributes: { num_classes } }) => {
    const [batch, ...rest] = inputTypes[0]!.shape;
    const target = reshape(onnx, inputs[0]!, [batch!, 1, ...rest]);
    const classes = onnx.ints(Array.from({ length: num_classes }, (_, index) => index));
    const column = reshape(onnx, classes, [1, num_classes, ...rest.map(() => 1)]);
    return [onnx.add('Cast', [onnx.add('Equal', [target, column])], { to: onnxElementType.float32 })];
  },

  lovasz_weights: (onnx, { inputs: [errors, truth], inputTypes }) => {
    const [rows, count] = inputTypes[0]!.shape as [number, number];
    const last = { axis: 1 };
    const [, order] = onnx.addAll(
      'TopK',
      [errors!, onnx.ints([count])],
      { axis: 1, largest: 1, sorted: 1 },
      2,
    );
    const sorted = onnx.add('GatherElements', [truth!, order!], last);
    const found = onnx.add('CumSum', [sorted, onnx.ints([1])]);
    const all = onnx.add('ReduceSum', [truth!, onnx.ints([1])], { keepdims: 1 });
    const places = onnx.floats(
      [1, count],
      Float32Array.from({ length: count }, (_, k) => k + 1),
    );
    const union = onnx.add('Add', [all, onnx.add('Sub', [places, found])]);
    const kept = onnx.add('Div', [onnx.add('Sub', [all, found]), union]);
    const ones = onnx.floats([rows, 1], new Float32Array(rows).fill(1));
    const before = onnx.add(
      'Concat',
      [ones, onnx.add('Slice', [kept, onnx.ints([0]), onnx.ints([count - 1]), onnx.ints([1])])],
      last,
    );
    const weights = onnx.add('Sub', [before, kept]);
    return [onnx.add('ScatterElements', [errors!, order!, weights], last)];
  },

  sgd_update: (onnx, { inputs, attributes }) => {
    const [param, grad, buffer, lr] = inputs;
    const { momentum, dampening, weight_decay, nesterov } = attributes;
    let direction = weight_decay === 0 ? grad! : addScaled(onnx, grad!, param!, weight_decay);
    const outputs: string[] = [];
    if (buffer) {
      const scaled = dampening === 0 ? direction : onnx.add('Mul', [direction, onnx.float(1 - dampening)]);
      const moved = addScaled(onnx, scaled, buffer, momentum);
      direction = nesterov ? addScaled(onnx, direction, moved, momentum) : moved;
      outputs.push(moved);
    }
    return [onnx.add('Sub', [param!, onnx.add('Mul', [direction, lr!])]), ...outputs];
  },

  // θ ← θ·(1 − lr·λ) − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε). The bias corrections need float64: at t = 1,
  // 1 − β₂ in float32 has lost four digits.
  adamw_update: (onnx, { inputs, attributes }) => {
    const [param, grad, expAvg, expAvgSq, lr, step] = inputs;
    const { beta1, beta2, eps, weight_decay } = attributes;
    const mul = (a: string, b: string) => onnx.add('Mul', [a, b]);
    const steps = onnx.add('Cast', [step!], { to: onnxElementType.float64 });
    const correction = (beta: number) =>
      onnx.add('Sub', [onnx.double(1), onnx.add('Pow', [onnx.double(beta), steps])]);
    const toFloat = (value: string) => onnx.add('Cast', [value], { to: onnxElementType.float32 });
    const stepSize = onnx.add('Div', [lr!, toFloat(correction(beta1))]);
    const secondScale = toFloat(onnx.add('Sqrt', [correction(beta2)]));

    const m = onnx.add('Add', [mul(expAvg!, onnx.float(beta1)), mul(grad!, onnx.float(1 - beta1))]);
    const square = mul(grad!, grad!);
    const v = onnx.add('Add', [mul(expAvgSq!, onnx.float(beta2)), mul(square, onnx.float(1 - beta2))]);
    const root = onnx.add('Div', [onnx.add('Sqrt', [v]), secondScale]);
    const change = mul(onnx.add('Div', [m, onnx.add('Add', [root, onnx.float(eps)])]), stepSize);
    const decay = onnx.add('Sub', [onnx.float(1), mul(lr!, onnx.float(weight_decay))]);
    const kept = weight_decay === 0 ? param! : mul(param!, decay);
    return [onnx.add('Sub', [kept, change]), m, v];
  },
};

/** a + scale·b */
function addScaled(onnx: OnnxEmitter, a: string, b: string, scale: number): string {
  return onnx.add('Add', [a, onnx.add('Mul', [b, onnx.float(scale)])]);
}
