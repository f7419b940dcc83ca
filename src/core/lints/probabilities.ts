/** @file Outputs that are probabilities already, where the loss takes logits. */
import type { TracedModel } from '../graph/tracedModel';
import { type GraphView, trainingViews } from './graphView';
import type { Finding, Lint } from './lint';
import type { ModelSource } from './modelSource';
import { removalOf } from './removeLayer';

/** Ops that only rearrange numbers. */
const REARRANGING = new Set<string>(['reshape', 'permute', 'slice', 'expand']);

/** Indices of the nodes, of one of the ops, that end up as outputs, rearranged at most. */
function endingIn(view: GraphView, ops: readonly string[]): number[] {
  const found: number[] = [];
  for (const output of view.outputs) {
    let index = view.maker.get(output);
    while (index !== undefined && REARRANGING.has(view.nodes[index]!.op)) {
      index = view.maker.get(view.nodes[index]!.inputs[0]!);
    }
    if (index !== undefined && ops.includes(view.nodes[index]!.op)) found.push(index);
  }
  return found;
}

function endsIn(
  ops: readonly string[],
  models: readonly TracedModel[],
  source: ModelSource,
  tell: (op: string) => Pick<Finding, 'message' | 'hint'>,
): Finding[] {
  return trainingViews(models).flatMap((view) =>
    endingIn(view, ops).flatMap((index) => {
      const place = view.placeOf(index);
      if (!place) return [];
      const fix = removalOf(place, source);
      return [{ place, ...tell(view.nodes[index]!.op), fixes: fix ? [fix] : [] }];
    }),
  );
}

export const softmaxBeforeCrossEntropy: Lint = {
  doc: 'The output goes through softmax, and the file trains with a cross-entropy that takes logits.',
  severity: 'warning',
  find(models, source) {
    if (!source.mentions('CrossEntropyLoss', 'cross_entropy')) return [];
    if (source.mentions('NLLLoss', 'nll_loss')) return [];
    return endsIn(['softmax', 'log_softmax'], models, source, (op) => ({
      message: `${op} comes before cross-entropy, which applies log_softmax itself: the model learns slowly, if at all.`,
      hint: 'Return the logits in training; make probabilities of them where they are shown.',
    }));
  },
};

export const sigmoidBeforeBceWithLogits: Lint = {
  doc: 'The output goes through sigmoid, and the file trains with a binary cross-entropy that takes logits.',
  severity: 'warning',
  find(models, source) {
    if (!source.mentions('BCEWithLogitsLoss', 'binary_cross_entropy_with_logits')) return [];
    if (source.mentions('BCELoss', 'binary_cross_entropy')) return [];
    return endsIn(['sigmoid'], models, source, () => ({
      message:
        'sigmoid comes before BCEWithLogitsLoss, which applies sigmoid itself: the model learns slowly, if at all.',
      hint: 'Return the logits in training, or use BCELoss; make probabilities of them where they are shown.',
    }));
  },
};

export const softmaxOverBatch: Lint = {
  doc: 'Softmax over dimension 0 makes the probabilities of an image depend on the others of its batch.',
  severity: 'warning',
  find(models) {
    return trainingViews(models).flatMap((view) =>
      endingIn(view, ['softmax', 'log_softmax']).flatMap((index) => {
        const node = view.nodes[index]!;
        const { dim } = node.attributes as { dim: number };
        const [batch, ...rest] = view.shape(node.outputs[0]!);
        const inputBatch = view.traced.inputs[0]?.shape[0];
        const place = view.placeOf(index);
        if (dim !== 0 || rest.length === 0 || batch !== inputBatch || !place) return [];
        return [
          {
            place,
            message: 'Softmax over dimension 0 mixes the images of a batch.',
            hint: 'Dimension 0 counts images; classes are in dimension 1: dim=1.',
          },
        ];
      }),
    );
  },
};
