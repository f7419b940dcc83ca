/** @file Every loss by name. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import type { Loss, LossName, LossSettings, LossTerm } from '../runs/experiment';
import { lossSettings } from '../runs/lossFields';
import { binaryLosses } from './binaryLosses';
import { classLosses } from './classLosses';
import type { LossDefinition, OutputMeaning } from './lossDefinition';
import { regionLosses } from './regionLosses';
import { valueLosses } from './valueLosses';

type PlainLoss = Exclude<LossName, 'combined'>;

export const losses: Readonly<Record<PlainLoss, LossDefinition>> = {
  ...classLosses,
  ...binaryLosses,
  ...regionLosses,
  ...valueLosses,
};

/** What is added up, each with its weight: the loss itself, or the terms of `combined`. */
export function lossTerms(loss: Loss): readonly LossTerm[] {
  const settings = lossSettings(loss);
  return settings.name === 'combined' ? settings.terms : [{ ...settings, weight: 1 }];
}

export function definitionOf({ name }: Pick<LossSettings, 'name'>): LossDefinition {
  if (name === 'combined') throw new Error('combined losses do not nest');
  return losses[name];
}

/** What a model trained by `loss` gives; without one, logits. */
export function outputMeaning(loss?: Loss): OutputMeaning {
  const first = loss && lossTerms(loss)[0];
  return first ? definitionOf(first).output : 'logits';
}

/** The scalar loss of a model's output: see `LossDefinition.build`. */
export function addLoss(builder: GraphBuilder, loss: Loss, output: ValueId, truth: ValueId): ValueId {
  const terms = lossTerms(loss).map((term) => {
    const value = definitionOf(term).build(builder, output, truth, term);
    return term.weight === 1 ? value : builder.add('mul_scalar', [value], { value: term.weight });
  });
  return terms.reduce((sum, term) => builder.add('add', [sum, term], {}));
}
