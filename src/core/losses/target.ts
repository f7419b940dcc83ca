/** @file What the truth must look like for a loss and a model's output, and the nodes that bring it into shape. */
import type { GraphBuilder } from '../graph/builder';
import { sameShape, type TensorType, type ValueId } from '../graph/ir';
import { isFloating } from '../ops/typeRules';
import type { Loss, LossName, LossTerm, Task } from '../runs/experiment';
import { definitionOf, losses, lossTerms } from './losses';

/** A model and a loss (or task) that do not go together. */
export interface LossProblem {
  readonly code: 'loss-mismatch';
  /** What was found and what was expected. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

export type TargetChoice =
  | { readonly targetType: TensorType; readonly problem: null }
  | { readonly targetType: null; readonly problem: LossProblem };

/**
 * The natural type of the target for `output` (N×C for classification, N×C×H×W for segmentation): masks of one class as
 * float32 N×1×H×W of 0 and 1, of several as int64 N×H×W of class indexes; labels as int64 N.
 */
export function chooseTarget(loss: Loss, output: TensorType, task: Task): TargetChoice {
  const problem = findMixture(loss) ?? firstProblem(loss, output, task);
  if (problem) return { targetType: null, problem };
  const [batch, channels, ...pixels] = output.shape as [number, number, ...number[]];
  if (task === 'classification') return { targetType: { shape: [batch], dtype: 'int64' }, problem: null };
  const targetType: TensorType =
    channels === 1
      ? { shape: [batch, 1, ...pixels], dtype: 'float32' }
      : { shape: [batch, ...pixels], dtype: 'int64' };
  return { targetType, problem: null };
}

/** The loss that suits a task and output where the experiment names none. */
export function defaultLoss(task: Task, output: TensorType): LossName {
  if (output.shape[1] !== 1) return 'cross_entropy';
  return task === 'segmentation' ? 'bce_dice' : 'bce_with_logits';
}

/**
 * The target as float32 of the output's shape: as it is, with its channel axis back, or one-hot over the classes.
 * @throws Error when the types cannot be matched.
 */
export function alignTarget(builder: GraphBuilder, target: ValueId, output: ValueId): ValueId {
  const { shape, dtype } = builder.type(target);
  const outputShape = builder.shape(output);
  const [batch, channels, ...pixels] = outputShape as [number, number, ...number[]];
  const isIndexes = sameShape(shape, [batch, ...pixels]);
  if (isIndexes && channels > 1 && !isFloating(dtype)) {
    return builder.add('one_hot', [target], { num_classes: channels });
  }
  if (!sameShape(shape, outputShape) && !(isIndexes && channels === 1)) {
    throw new Error(
      `a target of size [${shape.join(', ')}] and dtype ${dtype} does not fit an output of size [${outputShape.join(', ')}]`,
    );
  }
  const float = dtype === 'float32' ? target : builder.add('to_dtype', [target], { dtype: 'float32' });
  return sameShape(shape, outputShape) ? float : builder.add('reshape', [float], { shape: outputShape });
}

const ranks: Readonly<Record<Task, number>> = { classification: 2, segmentation: 4 };
const outputForms: Readonly<Record<Task, string>> = { classification: 'N×C', segmentation: 'N×C×H×W' };

/** Terms that take the same output for different things. */
function findMixture(loss: Loss): LossProblem | null {
  const [first, ...others] = lossTerms(loss);
  const odd = others.find((term) => definitionOf(term).output !== definitionOf(first!).output);
  if (!odd) return null;
  return {
    code: 'loss-mismatch',
    message: `combined adds ${first!.name}, which takes the output for ${definitionOf(first!).output}, to ${odd.name}, which takes it for ${definitionOf(odd).output}.`,
    hint: 'Choose losses of one kind, such as bce_with_logits and dice: both take logits.',
  };
}

function firstProblem(loss: Loss, output: TensorType, task: Task): LossProblem | null {
  for (const term of lossTerms(loss)) {
    const problem = findProblem(term, output, task);
    if (problem) return problem;
  }
  return null;
}

function findProblem(term: LossTerm, output: TensorType, task: Task): LossProblem | null {
  const loss = term.name;
  const definition = definitionOf(term);
  const found = `${output.shape.join('×')} ${output.dtype}`;
  const mismatch = (message: string, hint: string): LossProblem => ({ code: 'loss-mismatch', message, hint });
  if (!definition.tasks.includes(task)) {
    return mismatch(
      `The loss ${loss} compares masks, but the task is ${task}.`,
      `Choose ${lossesFor(task).join(', ')}, or give the images masks.`,
    );
  }
  if (!isFloating(output.dtype)) {
    return mismatch(
      `${loss} needs a floating-point output, got ${found}.`,
      'Return the scores themselves from forward(), not argmax or a comparison of them.',
    );
  }
  if (output.shape.length !== ranks[task]) {
    return mismatch(
      `${loss} needs ${outputForms[task]} output for ${task}, got ${found}.`,
      task === 'classification'
        ? 'End the model with pooling or nn.Flatten and a nn.Linear to the number of classes, or train on masks instead.'
        : 'Return one score a pixel and class from forward(), or train on class labels instead.',
    );
  }
  if (definition.needsClasses && output.shape[1] === 1) {
    return mismatch(
      `${loss} needs one channel a class, got ${found}: over a single class it is always 0.`,
      'Give the model one output channel a class (background counts), or choose bce_with_logits.',
    );
  }
  const channels = output.shape[1]!;
  for (const key of ['classWeights', 'posWeight'] as const) {
    const count = term[key]?.length ?? channels;
    if (count !== channels && !(key === 'posWeight' && count === 1)) {
      return mismatch(
        `"${key}" of ${loss} has ${count} ${count === 1 ? 'number' : 'numbers'}, but the output has ${channels} channels.`,
        'Give one number a channel.',
      );
    }
  }
  return null;
}

function lossesFor(task: Task): string[] {
  return Object.entries(losses)
    .filter(([, { tasks }]) => tasks.includes(task))
    .map(([name]) => name);
}
