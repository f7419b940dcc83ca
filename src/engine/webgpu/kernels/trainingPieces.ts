/** @file Pieces of losses and optimizers. Optimizer kernels work in place, four elements an invocation. */
import { elementCount } from '../../../core/graph/ir';
import { f32, type KernelRule, perThread, read, storageOf, u32, update, value, write } from './kernel';

export const trainingPieces: { readonly [K in 'one_hot' | 'sgd_update' | 'adamw_update']: KernelRule<K> } = {
  one_hot: ({ inputs, outputs, attributes: { num_classes } }, typeOf) => {
    const { shape, dtype } = typeOf(inputs[0]!);
    return {
      dispatches: [
        perThread({
          name: 'one_hot',
          threads: elementCount(typeOf(outputs[0]!).shape),
          bindings: {
            source: read(value(inputs[0]!), storageOf(dtype)),
            result: write(value(outputs[0]!), 'f32'),
          },
          params: { classes: u32(num_classes), inner: u32(elementCount(shape.slice(1))) },
          body: `  let label = i32(index / params.inner % params.classes);
  let at = index / (params.inner * params.classes) * params.inner + index % params.inner;
  result[index] = select(0.0, 1.0, i32(source[at]) == label);`,
        }),
      ],
    };
  },

  // torch.optim.SGD: g += wd·p; b = µ·b + (1 − dampening)·g; g = nesterov ? g + µ·b : b; p −= lr·g.
  sgd_update: ({ inputs, outputs, attributes }, typeOf) => {
    const [param, grad, buffer, lr] = inputs;
    const { momentum, dampening, weight_decay, nesterov } = attributes;
    const hasBuffer = buffer != null;
    const step = hasBuffer ? (nesterov ? 'gradient + params.momentum * velocity' : 'velocity') : 'gradient';
    return {
      dispatches: [
        perThread({
          name: 'sgd_update',
          threads: Math.ceil(elementCount(typeOf(param!).shape) / 4),
          bindings: {
            weights: update(value(outputs[0]!), 'vec4f'),
            ...(hasBuffer ? { momentum_buffer: update(value(outputs[1]!), 'vec4f') } : {}),
            grad: read(value(grad!), 'vec4f'),
            lr: read(value(lr!), 'f32'),
          },
          params: { momentum: f32(momentum), rest: f32(1 - dampening), decay: f32(weight_decay) },
          body: `  let old = weights[index];
  let gradient = grad[index] + params.decay * old;
${
  hasBuffer
    ? `  let velocity = params.momentum * momentum_buffer[index] + params.rest * gradient;
  momentum_buffer[index] = velocity;`
    : ''
}
  weights[index] = old - lr[0] * (${step});`,
        }),
      ],
      inPlace: hasBuffer
        ? [
            [0, 0],
            [1, 2],
          ]
        : [[0, 0]],
    };
  },

  // torch.optim.AdamW: p −= lr·wd·p; m, v as Adam; p −= lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
  adamw_update: ({ inputs, outputs, attributes }, typeOf) => {
    const [param, grad, , , lr, step] = inputs;
    const { beta1, beta2, eps, weight_decay } = attributes;
    return {
      dispatches: [
        perThread({
          name: 'adamw_update',
          threads: Math.ceil(elementCount(typeOf(param!).shape) / 4),
          bindings: {
            weights: update(value(outputs[0]!), 'vec4f'),
            average: update(value(outputs[1]!), 'vec4f'),
            average_square: update(value(outputs[2]!), 'vec4f'),
            grad: read(value(grad!), 'vec4f'),
            lr: read(value(lr!), 'f32'),
            step: read(value(step!), 'f32'),
          },
          params: {
            beta1: f32(beta1),
            beta2: f32(beta2),
            // 1 − β from the double, which float32 of β would spoil.
            rest1: f32(1 - beta1),
            rest2: f32(1 - beta2),
            log_beta1: f32(Math.log(beta1)),
            log_beta2: f32(Math.log(beta2)),
            eps: f32(eps),
            decay: f32(weight_decay),
          },
          declarations: `// 1 − exp(x) for x ≤ 0, by its series where the difference would cancel.
fn one_minus_exp(x: f32) -> f32 {
  let near = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), near, x > -0.25);
}`,
          body: `  let gradient = grad[index];
  let m = params.beta1 * average[index] + params.rest1 * gradient;
  let v = params.beta2 * average_square[index] + params.rest2 * gradient * gradient;
  average[index] = m;
  average_square[index] = v;
  let correction1 = one_minus_exp(step[0] * params.log_beta1);
  let correction2 = sqrt(one_minus_exp(step[0] * params.log_beta2));
  let decayed = weights[index] * (1.0 - lr[0] * params.decay);
  weights[index] = decayed - lr[0] / correction1 * m / (sqrt(v) / correction2 + params.eps);`,
        }),
      ],
      inPlace: [
        [0, 0],
        [1, 2],
        [2, 3],
      ],
    };
  },
};
