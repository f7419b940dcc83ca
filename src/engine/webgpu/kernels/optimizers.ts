/**
 * @file Optimizers: each update rule once, as the numbers it reads and the vectors it changes. A rule becomes a kernel
 * for one parameter, or for all parameters of a page at once.
 */
import { elementCount, type GraphNode, type ValueId } from '../../../core/graph/ir';
import type { OpAttributes } from '../../../core/ops/attributes';
import type { FusedNode, UpdateOp } from '../fusion/fusedOps';
import {
  type Dispatch,
  f32,
  type KernelRule,
  type Lowering,
  type Param,
  perThread,
  perWorkgroup,
  read,
  type TypeOf,
  table,
  u32,
  update,
  value,
} from './kernel';

interface UpdateRule<K extends UpdateOp> {
  /** What is updated, with its place among the op's inputs, if it is given; outputs come in the same order. */
  readonly states: readonly StateSlot[];
  /** Scalars, with their place among the op's inputs. */
  readonly scalars: readonly { readonly name: string; readonly input: number }[];
  params(attributes: OpAttributes[K]): Readonly<Record<string, Param>>;
  readonly declarations?: string;
  /** Statements that change each state at `at_<name>`, given `gradient`: vec4f. `states` are the names of those given. */
  body(attributes: OpAttributes[K], states: readonly string[]): string;
}

interface StateSlot {
  readonly name: string;
  readonly input: number;
}

/** Of every update op: the gradient. */
export const gradientInput = 1;

export const updateRules: { readonly [K in UpdateOp]: UpdateRule<K> } = {
  // torch.optim.SGD: g += wd·p; b = µ·b + (1 − dampening)·g; g = nesterov ? g + µ·b : b; p −= lr·g.
  sgd_update: {
    states: [
      { name: 'weights', input: 0 },
      { name: 'momentum_buffer', input: 2 },
    ],
    scalars: [{ name: 'lr', input: 3 }],
    params: ({ momentum, dampening, weight_decay }) => ({
      momentum: f32(momentum),
      rest: f32(1 - dampening),
      decay: f32(weight_decay),
    }),
    body: ({ nesterov }, states) => {
      const buffered = states.includes('momentum_buffer');
      const step = !buffered ? 'decayed' : nesterov ? 'decayed + params.momentum * velocity' : 'velocity';
      return `  let old = weights[at_weights];
  let decayed = gradient + params.decay * old;
${
  !buffered
    ? ''
    : `  let velocity = params.momentum * momentum_buffer[at_momentum_buffer] + params.rest * decayed;
  momentum_buffer[at_momentum_buffer] = velocity;`
}
  weights[at_weights] = old - lr[0] * (${step});`;
    },
  },

  // torch.optim.AdamW: p −= lr·wd·p; m, v as Adam; p −= lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
  adamw_update: {
    states: [
      { name: 'weights', input: 0 },
      { name: 'average', input: 2 },
      { name: 'average_square', input: 3 },
    ],
    scalars: [
      { name: 'lr', input: 4 },
      { name: 'step', input: 5 },
    ],
    params: ({ beta1, beta2, eps, weight_decay }) => ({
      beta1: f32(beta1),
      beta2: f32(beta2),
      // 1 − β from the double, which float32 of β would spoil.
      rest1: f32(1 - beta1),
      rest2: f32(1 - beta2),
      log_beta1: f32(Math.log(beta1)),
      log_beta2: f32(Math.log(beta2)),
      eps: f32(eps),
      decay: f32(weight_decay),
    }),
    declarations: `// 1 − exp(x) for x ≤ 0, by its series where the difference would cancel.
fn one_minus_exp(x: f32) -> f32 {
  let near = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), near, x > -0.25);
}`,
    body: () => `  let m = params.beta1 * average[at_average] + params.rest1 * gradient;
  let v = params.beta2 * average_square[at_average_square] + params.rest2 * gradient * gradient;
  average[at_average] = m;
  average_square[at_average_square] = v;
  let correction1 = one_minus_exp(step[0] * params.log_beta1);
  let correction2 = sqrt(one_minus_exp(step[0] * params.log_beta2));
  let decayed = weights[at_weights] * (1.0 - lr[0] * params.decay);
  weights[at_weights] = decayed - lr[0] / correction1 * m / (sqrt(v) / correction2 + params.eps);`,
  },
};

/** A table indexed by a union of names loses which attributes go with which rule. */
export const updateRule = (op: UpdateOp) => updateRules[op] as UpdateRule<UpdateOp>;

export const isUpdateOp = (op: string): op is UpdateOp => op in updateRules;

/** The states that a node updates, in the order of its outputs. */
export const givenStates = ({ op, inputs }: GraphNode<UpdateOp>): readonly StateSlot[] =>
  updateRule(op).states.filter(({ input }) => inputs[input] != null);

const oneParameter = (node: GraphNode<UpdateOp>, typeOf: TypeOf): Lowering => {
  const { op, inputs, outputs, attributes } = node;
  const rule = updateRule(op);
  const states = givenStates(node);
  return {
    dispatches: [
      perThread({
        name: op,
        threads: Math.ceil(elementCount(typeOf(inputs[0]!).shape) / 4),
        bindings: {
          ...Object.fromEntries(states.map(({ name }, i) => [name, update(value(outputs[i]!), 'vec4f')])),
          grad: read(value(inputs[gradientInput]!), 'vec4f'),
          ...scalarBindings(rule, (input) => inputs[input]!),
        },
        params: rule.params(attributes),
        ...(rule.declarations ? { declarations: rule.declarations } : {}),
        body: `${states.map(({ name }) => `  let at_${name} = index;`).join('\n')}
  let gradient = grad[index];
${rule.body(
  attributes,
  states.map(({ name }) => name),
)}`,
      }),
    ],
    inPlace: states.map(({ input }, output) => [output, input] as const),
  };
};

export const optimizers: { readonly [K in UpdateOp]: KernelRule<K> } = {
  sgd_update: oneParameter,
  adamw_update: oneParameter,
};

function scalarBindings(rule: UpdateRule<UpdateOp>, inputAt: (input: number, index: number) => ValueId) {
  return Object.fromEntries(
    rule.scalars.map(({ name, input }, index) => [name, read(value(inputAt(input, index)), 'f32')]),
  );
}

/** Where a parameter's numbers lie, in vectors of four. */
export interface ParameterPlace {
  /** By state, within its page. */
  readonly states: readonly number[];
  readonly gradient: number;
  /** Partial sums that the gradient is left in, and the distance between them. */
  readonly splits: number;
  readonly stride: number;
  readonly length: number;
}

/** Vectors that a workgroup updates. */
const blockVectors = 64;

/** @param pages by state of the rule */
export function optimizerStep(
  { inputs, attributes: { rule: op, attributes, states } }: FusedNode<'optimizer_step'>,
  pages: readonly number[],
  arena: number,
  places: readonly ParameterPlace[],
): Dispatch {
  const rule = updateRule(op);
  // A block is eight numbers: where three states and the gradient begin, then length, splits, and their distance.
  const blocks = places.flatMap(
    ({ states: [first = 0, second = 0, third = 0], gradient, splits, stride, length }) =>
      Array.from({ length: Math.ceil(length / blockVectors) }, (_, block) => {
        const skip = block * blockVectors;
        const here = Math.min(blockVectors, length - skip);
        return [first + skip, second + skip, third + skip, gradient + skip, here, splits, stride, 0];
      }),
  );
  const firstScalar = inputs.length - rule.scalars.length;
  return perWorkgroup({
    name: `${op} (all)`,
    items: blocks.length,
    size: blockVectors,
    bindings: {
      blocks: read(table(Int32Array.from(blocks.flat())), 'vec4u'),
      ...Object.fromEntries(
        states.map((name, i) => [name, update({ kind: 'page', page: pages[i]! }, 'vec4f')]),
      ),
      gradients: read({ kind: 'arena', arena }, 'vec4f'),
      ...scalarBindings(rule, (_, index) => inputs[firstScalar + index]!),
    },
    params: { blocks: u32(blocks.length), ...rule.params(attributes) },
    ...(rule.declarations ? { declarations: rule.declarations } : {}),
    body: `  let begins = blocks[2u * item];
  let sums = blocks[2u * item + 1u];
  if (lane >= sums.x) { return; }
  var gradient = vec4f();
  for (var k = 0u; k < sums.y; k++) { gradient += gradients[begins.w + k * sums.z + lane]; }
${states.map((name, i) => `  let at_${name} = begins.${'xyz'[i]} + lane;`).join('\n')}
${rule.body(attributes, states)}`,
  });
}
