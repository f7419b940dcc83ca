/** @file Reverse-mode differentiation: adds to a graph the nodes that compute its gradients. */
import type { GraphBuilder } from '../graph/builder';
import type { GraphNode, ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { OpName } from '../ops/attributes';
import type { GradientRule } from '../ops/opDefinition';
import { registry } from '../ops/registry';
import { isFloating } from '../ops/typeRules';

/** Where differentiation starts: the gradient, from outside, of a value. */
export interface GradientSeed {
  readonly value: ValueId;
  readonly gradient: ValueId;
}

/**
 * Gradients of the scalar `loss` with respect to each of `wrt`, null where no path leads to it. Rules may build
 * gradients that nobody asked for (that of the input image): `removeDeadNodes` takes them out again.
 */
export function addGradients(
  builder: GraphBuilder,
  loss: ValueId,
  wrt: readonly ValueId[],
): (ValueId | null)[] {
  const { shape, dtype } = builder.type(loss);
  if (shape.length !== 0) throw new Error(`a loss is a scalar, not of ${shape.length} dimensions`);
  const gradient = builder.add('full', [], { shape: [], dtype, value: 1 });
  return pullBack(builder, [{ value: loss, gradient }], wrt);
}

/** The vector–Jacobian product: gradients with respect to `wrt` from given gradients of any values. */
export function pullBack(
  builder: GraphBuilder,
  seeds: readonly GradientSeed[],
  wrt: readonly ValueId[],
): (ValueId | null)[] {
  const { nodes } = builder.build();
  const wanted = dependents(builder, nodes, wrt);
  const algebra = new Algebra(builder);
  const gradients = new Map<ValueId, ValueId>();
  const accumulate = (value: ValueId, gradient: ValueId) => {
    const cast = algebra.cast(gradient, builder.type(value).dtype);
    const sum = gradients.get(value);
    gradients.set(value, sum === undefined ? cast : algebra.add(sum, cast));
  };

  for (const { value, gradient } of seeds) accumulate(value, gradient);
  const outerFrame = builder.frame;
  for (const node of nodes.toReversed()) {
    const gradOutputs = node.outputs.map((output) => gradients.get(output) ?? null);
    const reached = gradOutputs.some((gradient) => gradient !== null);
    if (!reached || !node.outputs.some((output) => wanted.has(output))) continue;
    builder.frame = node.frame;
    const gradInputs = applyRule(builder, node, gradOutputs);
    for (const [index, gradient] of gradInputs.entries()) {
      const input = node.inputs[index] ?? null;
      if (input !== null && gradient !== null && wanted.has(input)) accumulate(input, gradient);
    }
  }
  builder.frame = outerFrame;
  return wrt.map((value) => gradients.get(value) ?? null);
}

/** Values through which a gradient reaches one of `wrt`. */
function dependents(
  builder: GraphBuilder,
  nodes: readonly GraphNode[],
  wrt: readonly ValueId[],
): ReadonlySet<ValueId> {
  const wanted = new Set(wrt.filter((value) => isFloating(builder.type(value).dtype)));
  for (const node of nodes) {
    if (registry[node.op].gradient === null) continue;
    if (!node.inputs.some((input) => input !== null && wanted.has(input))) continue;
    for (const output of node.outputs) if (isFloating(builder.type(output).dtype)) wanted.add(output);
  }
  return wanted;
}

function applyRule(
  builder: GraphBuilder,
  node: GraphNode,
  gradOutputs: readonly (ValueId | null)[],
): (ValueId | null)[] {
  // The table pairs each op with its own node type; a node of the union loses that pairing.
  const rule = registry[node.op].gradient as GradientRule<OpName>;
  return rule(builder, node, gradOutputs);
}
