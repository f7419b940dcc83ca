/** @file What a loss is: a builder of graph pieces with PyTorch's meaning. */
import type { GraphBuilder } from '../graph/builder';
import type { ValueId } from '../graph/ir';
import type { Algebra } from '../ops/algebra';
import type { LossSettings, LossTerm, Task } from '../runs/experiment';

/** What a loss takes the model's output for. */
export type OutputMeaning = 'logits' | 'log-probabilities' | 'probabilities' | 'values';

export interface LossDefinition {
  /** One sentence, for the form and its hover. */
  readonly doc: string;
  readonly tasks: readonly Task[];
  /** Whether it compares classes that exclude each other, and so needs a channel for each. */
  readonly needsClasses: boolean;
  readonly output: OutputMeaning;
  /**
   * The scalar loss. `output`: N×C or N×C×H×W as the model gives it; `truth`: float32 of the same shape
   * (one-hot over C classes, zero for a class out of range; or 0/1 for one channel).
   */
  build(builder: GraphBuilder, output: ValueId, truth: ValueId, settings: LossTerm | LossSettings): ValueId;
}

/** Mean or sum over all elements. */
export function reduced(a: Algebra, x: ValueId, reduction: LossSettings['reduction']): ValueId {
  if (reduction === 'mean') return a.meanAll(x);
  return reduction === 'sum' ? a.sumAll(x) : a.scale(a.sumAll(x), 1 / a.shape(x)[0]!);
}

/** One number a channel as 1×C×1×…, which broadcasts over `like`; one number alone serves all channels. */
export function perChannel(a: Algebra, numbers: readonly number[], like: ValueId): ValueId {
  const shape = a.shape(like);
  const channels = shape[1]!;
  const values = numbers.length === 1 ? new Array<number>(channels).fill(numbers[0]!) : numbers;
  return a.builder.add('constant', [], {
    shape: [1, channels, ...shape.slice(2).map(() => 1)],
    dtype: 'float32',
    values: [...values],
  });
}

/** A one-hot truth without the class that is ignored: its pixels then belong to no class. */
export function withoutIgnored(
  a: Algebra,
  truth: ValueId,
  { ignoreIndex }: Pick<LossSettings, 'ignoreIndex'>,
): ValueId {
  const channels = a.shape(truth)[1]!;
  if (ignoreIndex === null || ignoreIndex < 0 || ignoreIndex >= channels || channels === 1) return truth;
  const kept = Array.from({ length: channels }, (_, channel) => (channel === ignoreIndex ? 0 : 1));
  return a.mul(truth, perChannel(a, kept, truth));
}
