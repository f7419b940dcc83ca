/** @file Where a value of the tape comes from, for Python to explain an error of shape. */
import type { Graph, GraphNode, ValueId } from '../../core/graph/ir';
import type { TracedOpName } from '../../core/ops/traceOnly/attributes';

interface SizedValue {
  readonly id: ValueId;
  readonly shape: readonly number[];
}

export interface Ancestor {
  /** On the tape. */
  readonly index: number;
  readonly op: string;
  readonly attributes: GraphNode<TracedOpName>['attributes'];
  readonly inputs: readonly SizedValue[];
  readonly output: SizedValue;
  readonly frame: number;
}

/** The nodes that `value` depends on, in the order they ran. */
export function ancestors(tape: Graph<TracedOpName>, value: ValueId): Ancestor[] {
  const sized = (id: ValueId): SizedValue => ({ id, shape: tape.values[id]!.shape });
  const needed = new Set([value]);
  const found: Ancestor[] = [];
  for (let index = tape.nodes.length - 1; index >= 0; index--) {
    const { op, attributes, inputs, outputs, frame } = tape.nodes[index]!;
    const made = outputs.find((id) => needed.has(id));
    if (made === undefined) continue;
    const given = inputs.filter((id) => id !== null);
    for (const id of given) needed.add(id);
    found.push({ index, op, attributes, inputs: given.map(sized), output: sized(made), frame });
  }
  return found.reverse();
}
