/** @file Losses between numbers, whatever they stand for. */

import type { ValueId } from '../graph/ir';
import { Algebra } from '../ops/algebra';
import type { LossSettings } from '../runs/experiment';
import { type LossDefinition, reduced } from './lossDefinition';

type ValueLoss = 'mse' | 'l1' | 'smooth_l1' | 'huber';

/** `element` of x − y, reduced. */
function ofDifference(
  doc: string,
  element: (a: Algebra, difference: ValueId, settings: Omit<LossSettings, 'terms'>) => ValueId,
): LossDefinition {
  return {
    doc,
    tasks: ['segmentation', 'classification'],
    needsClasses: false,
    output: 'values',
    build(builder, output, truth, settings) {
      const a = new Algebra(builder);
      return reduced(a, element(a, a.sub(output, truth), settings), settings.reduction);
    },
  };
}

const abs = (a: Algebra, x: ValueId) => a.builder.add('abs', [x], {});

/** ½·d²·square where |d| < edge, else slope·(|d| − ½·edge) */
function bent(a: Algebra, d: ValueId, edge: number, square: number, slope: number): ValueId {
  const distance = abs(a, d);
  const straight = a.scale(a.shift(distance, -edge / 2), slope);
  return a.where(a.ltScalar(distance, edge), a.scale(a.square(d), square / 2), straight);
}

export const valueLosses: Readonly<Record<ValueLoss, LossDefinition>> = {
  mse: ofDifference('Mean squared error between the output as it is and the target (nn.MSELoss).', (a, d) =>
    a.square(d),
  ),
  l1: ofDifference('Mean absolute error between the output as it is and the target (nn.L1Loss).', abs),
  smooth_l1: ofDifference(
    'Squared below beta and absolute above (nn.SmoothL1Loss), with slope 1.',
    (a, d, { beta }) => (beta === 0 ? abs(a, d) : bent(a, d, beta, 1 / beta, 1)),
  ),
  huber: ofDifference(
    'Squared below delta and absolute above (nn.HuberLoss), with slope delta.',
    (a, d, { delta }) => bent(a, d, delta, 1, delta),
  ),
};
