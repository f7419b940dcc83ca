/** @file All that follows the gradients in a training step: accumulation, clipping, the optimizer, the average of weights. */
import type { GraphBuilder } from '../graph/builder';
import type { GradientSettings, OptimizerSettings } from '../runs/experiment';
import { PLAIN_GRADIENTS } from '../runs/scheduleFields';
import { accumulate, addAverages, clip } from './gradients';
import type { OptimizerSlot, ParameterGradient } from './optimizerStep';
import { addOptimizer } from './optimizers';

export interface UpdateOptions {
  readonly optimizer: OptimizerSettings;
  readonly gradients?: GradientSettings;
  /** Decay of the weights' moving average; null: none. */
  readonly ema?: number | null;
  /** With accumulation: a batch that only adds its gradients, and leaves the weights alone. */
  readonly onlyAccumulate?: boolean;
}

/** @returns the slots that were added */
export function addUpdates(
  builder: GraphBuilder,
  { optimizer, gradients = PLAIN_GRADIENTS, ema = null, onlyAccumulate = false }: UpdateOptions,
  parameters: readonly ParameterGradient[],
): OptimizerSlot[] {
  const summed =
    gradients.accumulate === 1
      ? { parameters, slots: [] }
      : accumulate(builder, parameters, gradients.accumulate, !onlyAccumulate);
  if (onlyAccumulate) return [...summed.slots];
  const slots = addOptimizer(builder, optimizer, clip(builder, summed.parameters, gradients));
  return [...summed.slots, ...slots, ...(ema === null ? [] : addAverages(builder, parameters, ema))];
}
