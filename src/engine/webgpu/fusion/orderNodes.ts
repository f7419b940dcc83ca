/** @file Puts nodes into an order in which everything is defined before it is read, and updates come after reads. */
import type { ValueId } from '../../../core/graph/ir';
import type { DeviceNode } from './fusedOps';

/**
 * Keeps the given order where it can.
 * @param after by node, others that must come before it although it reads nothing of theirs
 * @returns null where that is impossible
 */
export function orderNodes(
  nodes: readonly DeviceNode[],
  after: ReadonlyMap<DeviceNode, readonly DeviceNode[]>,
): DeviceNode[] | null {
  const makers = new Map<ValueId, DeviceNode>();
  for (const node of nodes) for (const output of node.outputs) makers.set(output, node);
  const state = new Map<DeviceNode, 'open' | 'done'>();
  const ordered: DeviceNode[] = [];
  for (const root of nodes) {
    // Depth first without recursion: long chains would overflow the stack.
    const stack: { readonly node: DeviceNode; readonly rest: DeviceNode[] }[] = [];
    const enter = (node: DeviceNode): boolean => {
      if (state.get(node) === 'done') return true;
      if (state.get(node) === 'open') return false;
      state.set(node, 'open');
      const sources = node.inputs.flatMap((input) => {
        const maker = input === null ? undefined : makers.get(input);
        return maker ? [maker] : [];
      });
      stack.push({ node, rest: [...(after.get(node) ?? []), ...sources] });
      return true;
    };
    if (!enter(root)) return null;
    while (stack.length > 0) {
      const { node, rest } = stack.at(-1)!;
      const next = rest.pop();
      if (next) {
        if (!enter(next)) return null;
        continue;
      }
      state.set(node, 'done');
      ordered.push(node);
      stack.pop();
    }
  }
  return ordered;
}
