/** @file One parameter's step of an optimizer: everything it reads and writes in one op, so that one kernel does it. */
import { sameShape, type TensorType } from '../graph/ir';
import type { OpRegistry, OptionalType } from './opDefinition';
import { float32, inputAt, sizes } from './typeRules';

/** The types of inputs 0 … count − 1, which must all have the parameter's shape. */
function sameAsParameter(inputs: readonly OptionalType[], count: number): TensorType[] {
  const types = Array.from({ length: count }, (_, index) => inputAt(inputs, index));
  const odd = types.find((type) => !sameShape(type.shape, types[0]!.shape));
  if (odd)
    throw new Error(`a parameter of size ${sizes(types[0]!.shape)} is updated by one of ${sizes(odd.shape)}`);
  return types;
}

const parameter = float32(3, 5);
const scalar = float32();
const sgd = { momentum: 0, dampening: 0, weight_decay: 0, nesterov: false };
const adamw = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 };

export const optimizerPieces: Pick<OpRegistry, 'sgd_update' | 'adamw_update'> = {
  // d = grad + weight_decay·param; b = momentum·buffer + (1 − dampening)·d;
  // param − lr·(nesterov ? d + momentum·b : b), and without a buffer param − lr·d.
  // PyTorch starts with b = d; from a buffer of zeros that is the same rule while dampening is 0.
  sgd_update: {
    doc: 'One step of torch.optim.SGD for one parameter.',
    infer(inputs, attributes) {
      const buffer = inputs[2] ?? null;
      if (attributes.momentum !== 0 && buffer === null) throw new Error('momentum needs a buffer');
      inputAt(inputs, 3);
      const [param] = sameAsParameter(inputs, buffer ? 3 : 2);
      return buffer ? [param!, buffer] : [param!];
    },
    gradient: null,
    examples: [
      { inputs: [parameter, parameter, null, scalar], attributes: sgd },
      { inputs: [parameter, parameter, null, scalar], attributes: { ...sgd, weight_decay: 0.1 } },
      { inputs: [parameter, parameter, parameter, scalar], attributes: { ...sgd, momentum: 0.9 } },
      {
        inputs: [parameter, parameter, parameter, scalar],
        attributes: { momentum: 0.8, dampening: 0, weight_decay: 0.05, nesterov: true },
      },
      {
        inputs: [parameter, parameter, parameter, scalar],
        attributes: { momentum: 0.8, dampening: 0.3, weight_decay: 0, nesterov: false },
      },
    ],
  },
  // p = param·(1 − lr·weight_decay); m = β₁·exp_avg + (1 − β₁)·grad; v = β₂·exp_avg_sq + (1 − β₂)·grad²;
  // p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps)
  adamw_update: {
    doc: 'One step of torch.optim.AdamW for one parameter; `step` counts from 1.',
    infer(inputs) {
      inputAt(inputs, 4);
      inputAt(inputs, 5);
      const [param, , expAvg, expAvgSq] = sameAsParameter(inputs, 4);
      return [param!, expAvg!, expAvgSq!];
    },
    gradient: null,
    examples: [
      { inputs: [parameter, parameter, parameter, parameter, scalar, scalar], attributes: adamw },
      {
        inputs: [float32(7), float32(7), float32(7), float32(7), scalar, scalar],
        attributes: { beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: 0 },
      },
    ],
  },
};
