/**
 * @file From an experiment, a dataset and a model file to a job that any engine can run: traces the model for every
 * batch size it will meet, and says what does not fit before anything starts.
 */
import type { Dataset, DatasetProblem } from '../core/dataset/dataset';
import { defaultInput } from '../core/dataset/defaultInput';
import { splitSamples } from '../core/dataset/splitSamples';
import type { Graph, TensorType } from '../core/graph/ir';
import type {
  Diagnostic,
  PythonEnvironment,
  TracedGraph,
  TracedModel,
  TraceRequest,
  TraceResult,
  TraceRun,
  TypeTree,
} from '../core/graph/tracedModel';
import { chooseTarget, defaultLoss } from '../core/losses/target';
import type { Experiment, ResolvedExperiment } from '../core/runs/experiment';
import type { BatchGraph, TrainingJob } from '../core/runs/job';
import type { TraceOptions } from './traceClient';
import { trainableGraph, untrainableOps } from './trainableGraph';

/** Whoever can trace; `TraceClient` does. */
export interface Tracer {
  trace(request: TraceRequest, options?: TraceOptions): Promise<TraceResult>;
}

/**
 * Python is asked to stop at seven tenths of it, hence a loop without end is named within about two seconds; several
 * graphs are traced at once, and somebody waits on purpose, so a busy machine is not held against the file.
 */
const PATIENCE = { timeoutMs: 2_800, clock: 'processor' } as const;

export interface PrepareRequest {
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  /** As `TraceRequest` has them. */
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly environment?: PythonEnvironment;
  readonly modelName: string;
  readonly runId: string;
  readonly initialWeights: Uint8Array<ArrayBuffer> | null;
  readonly resume: TrainingJob['resume'];
  readonly maxSteps: number | null;
}

export interface Prepared {
  readonly job: TrainingJob;
  readonly model: TracedModel;
  /** Eval graph for one image, for predictions later. */
  readonly inference: Graph;
  /** What is odd but does not stop the training. */
  readonly warnings: readonly string[];
}

export type PrepareOutcome =
  | { readonly ok: Prepared }
  | { readonly problems: readonly Problem[]; readonly diagnostics: readonly Diagnostic[] };

export interface Problem {
  readonly message: string;
  readonly hint: string | null;
}

export async function prepareTraining(request: PrepareRequest, tracer: Tracer): Promise<PrepareOutcome> {
  const { experiment, dataset } = request;
  if (dataset.problems.some(({ severity }) => severity === 'error'))
    return refuse(...datasetProblems(dataset));
  const { train, validation } = dataset.validation
    ? { train: dataset.samples, validation: dataset.validation }
    : splitSamples(dataset.samples, experiment.split.validation, experiment.seed);
  if (train.length === 0) {
    return refuse({
      message: `${dataset.name} leaves no sample to train on.`,
      hint: 'Add images, or lower split.validation.',
    });
  }
  const task = experiment.task ?? dataset.task;
  if (task !== dataset.task) {
    return refuse({
      message: `The experiment's task is ${task}, but ${dataset.name} is a ${dataset.task} dataset.`,
      hint: `Remove "task" or set it to "${dataset.task}".`,
    });
  }
  const input = experiment.input ?? defaultInput(dataset);
  if (input[0] !== 1 && input[0] !== 3) {
    return refuse({
      message: `Images are read with 1 or 3 channels, but "input" has ${input[0]}.`,
      hint: 'Set "input" to [1, height, width] for grey or [3, height, width] for colour.',
    });
  }
  const trainBatches = batchSizes(train.length, experiment.batchSize);
  const evalBatches = batchSizes(validation.length || train.length, experiment.batchSize);
  const runs: TraceRun[] = [
    run('train', trainBatches.full, input),
    run('eval', 1, input),
    ...[evalBatches.full, evalBatches.tail].filter((n) => n > 1).map((n) => run('eval', n, input)),
  ];
  const { files, entry, environment, modelName } = request;
  const target = { name: modelName, args: experiment.args, runs };
  const result = await tracer.trace({ files, entry, target, environment }, PATIENCE);
  const model = result.models[0];
  const diagnostics = result.diagnostics.filter(({ severity }) => severity === 'error');
  if (!model || model.graphs.length < runs.length || diagnostics.length) {
    return { problems: diagnostics.some(isShapeError) ? [calledWith(request, input)] : [], diagnostics };
  }
  const untrainable = untrainableOps(model);
  if (untrainable.length > 0) return { problems: [], diagnostics: untrainable };
  const warnings = dataset.problems.map(({ message, hint }) => (hint ? `${message}. ${hint}` : message));
  const trainGraphs = [batchGraph(model.graphs[0]!, trainBatches.full)];
  if (trainBatches.tail) {
    // Traced apart: a batch of one may be more than a batch norm over 1×1 pixels accepts.
    const tail = [run('train', trainBatches.tail, input)];
    const traced = await tracer.trace(
      { files, entry, target: { ...target, runs: tail }, environment },
      PATIENCE,
    );
    const graph = traced.models[0]?.graphs[0];
    if (graph) trainGraphs.push(batchGraph(graph, trainBatches.tail));
    else {
      warnings.push(
        `The last ${trainBatches.tail} of ${train.length} training samples are left out of each epoch: ${traced.diagnostics[0]?.message ?? 'the model does not accept so small a batch'}`,
      );
    }
  }
  const evalGraphs = runs
    .map((each, index) => ({ each, graph: model.graphs[index]! }))
    .filter(({ each }) => each.mode === 'eval')
    .map(({ each, graph }) => batchGraph(graph, each.inputs[0]!.shape[0]!));
  const output = outputTensor(model.graphs[0]!.output);
  if (!output) {
    return refuse({
      message: `${modelName} returns ${describeTree(model.graphs[0]!.output)}; training needs a single tensor.`,
      hint: 'Return the logits alone from forward, or wrap the model in a class that does.',
    });
  }
  const loss = experiment.loss ?? defaultLoss(task, output);
  const { problem } = chooseTarget(loss, output, task);
  if (problem) return refuse(problem);
  const [, height, width] = input;
  const pixels = output.shape.slice(2);
  if (task === 'segmentation' && !(pixels[0] === height && pixels[1] === width)) {
    return refuse({
      message: `${modelName} gives masks of ${pixels.join('×')} for images of ${height}×${width}.`,
      hint: 'Set "input" to a size that the model returns unchanged, or pad its convolutions.',
    });
  }
  const needed = dataset.classes.length;
  const given = output.shape[1]!;
  if (given !== needed && !(given === 1 && needed === 2)) {
    return refuse({
      message: `${modelName} gives ${given} channels, but ${dataset.name} has ${needed} classes (${listed(dataset.classes)}).`,
      hint: `Build the model with ${needed} output channels, through its constructor arguments.`,
    });
  }
  const resolved: ResolvedExperiment = { ...experiment, input, task, loss };
  const job: TrainingJob = {
    runId: request.runId,
    experiment: resolved,
    dataset: {
      root: dataset.root,
      task: dataset.task,
      classes: dataset.classes,
      maskEncoding: dataset.maskEncoding,
    },
    train,
    validation,
    trainGraphs,
    evalGraphs: preferred(evalGraphs, evalBatches),
    state: model.state,
    init: model.init,
    initialWeights: request.initialWeights,
    resume: request.resume,
    maxSteps: request.maxSteps,
    device: experiment.device,
  };
  const inference = evalGraphs.find(({ batch }) => batch === 1)!.graph;
  return { ok: { job, model, inference, warnings } };
}

/** Errors first; what else was found may be their cause. */
function datasetProblems({ problems }: Dataset): Problem[] {
  const of = (wanted: DatasetProblem['severity']) => problems.filter(({ severity }) => severity === wanted);
  return [...of('error'), ...of('warning')].map(({ message, hint }) => ({ message, hint: hint ?? null }));
}

function refuse(...problems: Problem[]): PrepareOutcome {
  return { problems, diagnostics: [] };
}

function isShapeError({ code }: Diagnostic): boolean {
  return code === 'shape-mismatch';
}

/** Which of the two sizes that do not fit came from the data, and where to change either. */
function calledWith({ experiment, dataset, modelName }: PrepareRequest, input: readonly number[]): Problem {
  const origin = experiment.input ? '"input" says so' : `as ${dataset.name} has them`;
  return {
    message: `${modelName} was called with images of ${input.join('×')} (channels × height × width), ${origin}.`,
    hint: 'Change "input", or the arguments of the model in "args".',
  };
}

/** Sizes of the full batches and of the one that is left over (0: none). */
function batchSizes(samples: number, batchSize: number): { full: number; tail: number } {
  const full = Math.min(samples, batchSize);
  return { full, tail: samples % full };
}

/** The sizes that validation meets, the full batch first: it also serves the pinned previews. */
function preferred(
  graphs: readonly BatchGraph[],
  { full, tail }: { full: number; tail: number },
): BatchGraph[] {
  return [full, tail].flatMap((size) => graphs.find(({ batch }) => batch === size) ?? []);
}

function run(mode: 'train' | 'eval', batch: number, input: readonly [number, number, number]): TraceRun {
  const type: TensorType = { shape: [batch, ...input], dtype: 'float32' };
  return { mode, inputs: [type] };
}

/** Of a model whose ops were found to be trainable. */
function batchGraph({ graph }: TracedGraph, batch: number): BatchGraph {
  return { batch, graph: trainableGraph(graph) };
}

/** The tensor that a model returns, alone or as the only member of its tuple, list or dict. */
function outputTensor(tree: TypeTree): TensorType | null {
  if (tree === null) return null;
  if ('shape' in tree) return tree;
  const members = 'dict' in tree ? Object.values(tree.dict) : 'tuple' in tree ? tree.tuple : tree.list;
  return members.length === 1 ? outputTensor(members[0]!) : null;
}

function describeTree(tree: TypeTree): string {
  if (tree === null) return 'nothing';
  if ('shape' in tree) return `a tensor ${tree.shape.join('×')}`;
  if ('dict' in tree) return `a dict of ${Object.keys(tree.dict).join(', ')}`;
  return 'tuple' in tree ? `a tuple of ${tree.tuple.length}` : `a list of ${tree.list.length}`;
}

function listed(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 6).join(', ')}, …` : names.join(', ');
}
