/** @file The static graphs of a run: one training step, one evaluation step, and inference. */
import { GraphBuilder } from '../graph/builder';
import type { Graph, TensorType, ValueId } from '../graph/ir';
import type { StateEntry } from '../graph/tracedModel';
import { verify } from '../graph/verify';
import { addLoss, definitionOf, lossTerms, outputMeaning } from '../losses/losses';
import { asProbabilities, logitsOf, returnedProbabilities } from '../losses/probabilities';
import { alignTarget, chooseTarget, defaultLoss, type LossProblem } from '../losses/target';
import { addMetrics } from '../metrics/addMetrics';
import { registry } from '../ops/registry';
import { isFloating } from '../ops/typeRules';
import { averageOf } from '../optim/gradients';
import type { ParameterGradient } from '../optim/optimizerStep';
import { addUpdates, type UpdateOptions } from '../optim/updates';
import type { Loss, Task } from '../runs/experiment';
import { addGradients } from './autograd';
import { rewriteDropout } from './rewriteDropout';
import { simplify } from './simplify';

export interface EvaluationStepOptions {
  /** The traced forward graph: `data` inputs `input0` …, the model's result as output `output0`. */
  readonly graph: Graph;
  readonly loss: Loss;
  readonly task: Task;
  /** Type of the `target` input; by default what `chooseTarget` says. */
  readonly targetType?: TensorType;
  /** Parameters whose moving average takes their place. */
  readonly averaged?: ReadonlySet<string>;
}

export interface TrainingStepOptions extends EvaluationStepOptions, UpdateOptions {
  readonly state: readonly StateEntry[];
}

/** State that must exist before the first run, and where its first values come from. */
export interface StepState {
  readonly name: string;
  readonly type: TensorType;
  /** A number fills it; 'parameter' is the content of the parameter that a slot stands beside. */
  readonly init: 'model' | 'parameter' | number;
  /** Parameters, buffers, and each kind of optimizer slot are a page of their own: a kernel reads one and updates others. */
  readonly page?: string;
}

export interface TrainingStep {
  readonly graph: Graph;
  /**
   * For training the model's parameters and buffers (counters aside) and the optimizer's slots; for evaluation what
   * the graph reads.
   */
  readonly stateSpecs: readonly StepState[];
  readonly targetType: TensorType;
}

/** The loss does not suit the model's output; `chooseTarget` tells beforehand, as a value. */
export class LossMismatchError extends Error {
  override readonly name = 'LossMismatchError';
  readonly hint: string;

  constructor(problem: LossProblem) {
    super(problem.message);
    this.hint = problem.hint;
  }
}

/**
 * Forward, loss, metrics, gradients, optimizer and running statistics in one graph.
 *
 * Inputs: data `input0` … and `target`; scalars `lr`, what the optimizer reads of `optimizerScalars`, and `seed` (models
 * with dropout only). Outputs: `loss` and `metric.*` (see `addMetrics`), of the parameters before the update.
 * @throws LossMismatchError
 */
export function buildTrainingStep(options: TrainingStepOptions): TrainingStep {
  const { builder, loss, targetType } = addLossAndMetrics(options);
  const { inputs } = builder.build();
  const trainable = new Set(options.state.filter((entry) => entry.trainable).map((entry) => entry.name));
  const parameters = inputs.filter(({ kind, name }) => kind === 'state' && trainable.has(name));
  const gradients = addGradients(
    builder,
    loss,
    parameters.map(({ value }) => value),
  );
  // As in PyTorch, a parameter that the loss does not depend on has no gradient and is left alone.
  const reached = parameters.flatMap(({ name, value }, index): ParameterGradient[] => {
    const gradient = gradients[index] ?? null;
    return gradient === null ? [] : [{ name, value, gradient }];
  });
  const slots = addUpdates(builder, options, reached);
  const slotTypes = new Map(builder.build().inputs.map(({ name, value }) => [name, builder.type(value)]));
  return {
    graph: finish(builder.build()),
    stateSpecs: [
      ...modelState(options),
      ...slots.map(({ name, start }) => ({
        name,
        type: slotTypes.get(name)!,
        init: start,
        page: name.split('.').slice(0, 2).join('.'),
      })),
    ],
    targetType,
  };
}

/**
 * Forward, loss and metrics, given the eval-mode graph. Outputs: `loss` (mean over the batch), `metric.*` and
 * `prediction` (class probabilities, float32 of the model output's shape).
 * @throws LossMismatchError
 */
export function buildEvaluationStep(options: EvaluationStepOptions): TrainingStep {
  const { builder, output, probabilities, targetType } = addLossAndMetrics(options);
  builder.output(
    'prediction',
    probabilities ?? asProbabilities(builder, output, outputMeaning(options.loss)),
  );
  const { averaged } = options;
  const graph = withAverages(finish(builder.build()), averaged);
  const stateSpecs = graph.inputs
    .filter(({ kind }) => kind === 'state')
    .map(({ name, value }) => ({ name, type: graph.values[value]!, init: 'model' as const }));
  return { graph, stateSpecs, targetType };
}

/**
 * Forward alone, given the eval-mode graph. Output: `prediction`, class probabilities as above.
 * @param loss that the model was trained by; without it, the output is taken as logits
 * @throws LossMismatchError when the output is not one of the task
 */
export function buildInference(graph: Graph, task: Task, loss?: Loss): Graph {
  const { builder, output, probabilities } = startStep(graph, loss);
  const outputType = builder.type(output);
  const { problem } = chooseTarget(loss ?? defaultLoss(task, outputType), outputType, task);
  if (problem) throw new LossMismatchError(problem);
  builder.output('prediction', probabilities ?? asProbabilities(builder, output, outputMeaning(loss)));
  return finish(builder.build());
}

function withAverages(graph: Graph, averaged: ReadonlySet<string> = new Set()): Graph {
  const inputs = graph.inputs.map((input) =>
    averaged.has(input.name) ? { ...input, name: averageOf(input.name) } : input,
  );
  return { ...graph, inputs };
}

interface Forward {
  readonly builder: GraphBuilder;
  /** Logits as the loss takes them. */
  readonly output: ValueId;
  /** Where the model itself returns class probabilities. */
  readonly probabilities: ValueId | null;
}

/** A builder that goes on after the model's output, which is no output of the step. */
function startStep(graph: Graph, loss?: Loss): Forward {
  const forward = rewriteDropout(graph);
  const returned = forward.outputs[0]?.value;
  if (returned === undefined) throw new Error('the model graph has no output');
  return {
    builder: GraphBuilder.extend(registry, { ...forward, outputs: [] }),
    output: logitsOf(forward, returned, loss !== undefined && !appliesSigmoid(loss)),
    probabilities: returnedProbabilities(forward, returned),
  };
}

/** Whether a loss takes logits of which each channel is a probability by itself. */
function appliesSigmoid(loss: Loss): boolean {
  return (
    outputMeaning(loss) === 'logits' && lossTerms(loss).every((term) => !definitionOf(term).needsClasses)
  );
}

function addLossAndMetrics(
  options: EvaluationStepOptions,
): Forward & { readonly loss: ValueId; readonly targetType: TensorType } {
  const forward = startStep(options.graph, options.loss);
  const { builder, output } = forward;
  const choice = chooseTarget(options.loss, builder.type(output), options.task);
  if (choice.problem) throw new LossMismatchError(choice.problem);
  const targetType = options.targetType ?? choice.targetType;
  const truth = alignTarget(builder, builder.input('data', 'target', targetType), output);
  const loss = addLoss(builder, options.loss, output, truth);
  builder.output('loss', loss);
  addMetrics(builder, options.task, options.loss, output, truth);
  return { ...forward, loss, targetType };
}

/** All but the counters, which no kernel reads: weights that the graph does not use are saved with the others. */
function modelState({ state, graph }: TrainingStepOptions): StepState[] {
  const read = new Set(graph.inputs.map(({ name }) => name));
  return state
    .filter(({ name, dtype }) => isFloating(dtype) || read.has(name))
    .map(({ name, shape, dtype, kind }) => ({
      name,
      type: { shape, dtype },
      init: 'model' as const,
      page: kind === 'parameter' ? 'parameters' : 'buffers',
    }));
}

function finish(graph: Graph): Graph {
  const simplified = simplify(graph);
  verify(simplified);
  return simplified;
}
