/** @file One batch norm behind several layers. */
import type { ModuleCall } from '../graph/tracedModel';
import { type GraphView, parentPath, trainingViews } from './graphView';
import type { Finding, Lint } from './lint';

export const layerReused: Lint = {
  doc: 'One batch norm is called at several places, behind different layers: their statistics are mixed.',
  severity: 'warning',
  find: (models) => trainingViews(models).flatMap(sharedNorms),
};

interface Use {
  readonly call: ModuleCall;
  readonly expression: string;
  /** The weights of the layer that made its input: a whole branch that is used twice has the same. */
  readonly weights: string;
}

function sharedNorms(view: GraphView): Finding[] {
  const uses = new Map<string, Use[]>();
  for (const call of view.traced.calls) {
    const node = view.nodes[call.firstNode];
    // In a library's container the container is what was called.
    if (node?.op !== 'batch_norm' || node.inputs[3] == null || view.module(parentPath(call.path))?.isLibrary)
      continue;
    const place = view.place(call.frame);
    if (!place) continue;
    const maker = view.makerOf(node.inputs[0]);
    const weights = String(maker?.inputs.slice(1) ?? node.inputs[0]);
    const known = uses.get(call.path) ?? [];
    uses.set(call.path, [...known, { call, expression: JSON.stringify(place), weights }]);
  }
  return [...uses].flatMap(([path, found]) => {
    const [first] = found;
    const second = found.find(
      (use) => use.expression !== first!.expression && use.weights !== first!.weights,
    );
    const place = second && view.place(second.call.frame);
    if (!place) return [];
    const name = path.slice(path.lastIndexOf('.') + 1);
    return [
      {
        place,
        message: `self.${name} stands behind another layer already: its running mean and variance mix what both give.`,
        hint: 'Build a batch norm for each place: evaluation uses the running statistics.',
      },
    ];
  });
}
