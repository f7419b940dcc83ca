/** @file The experiment: what to train on what and how. `NAME.cnnlab.json` holds one, every key with a default. */
import type { ModelArguments } from '../graph/tracedModel';

export type Task = 'segmentation' | 'classification';
export type LossName =
  | 'cross_entropy'
  | 'nll'
  | 'bce_with_logits'
  | 'bce'
  | 'focal'
  | 'dice'
  | 'bce_dice'
  | 'jaccard'
  | 'tversky'
  | 'lovasz'
  | 'mse'
  | 'l1'
  | 'smooth_l1'
  | 'huber'
  | 'kl_div'
  | 'combined';
export type OptimizerName = 'sgd' | 'adam' | 'adamw' | 'nadam' | 'rmsprop' | 'adagrad' | 'lion';
export type ScheduleName =
  | 'constant'
  | 'step'
  | 'multi_step'
  | 'exponential'
  | 'cosine'
  | 'cosine_restarts'
  | 'one_cycle'
  | 'polynomial'
  | 'plateau';
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

export interface OptimizerSettings {
  readonly name: OptimizerName;
  readonly lr: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** The rest is absent where it has its default: `optimizerSettings` fills it in. */
  readonly dampening?: number;
  readonly amsgrad?: boolean;
  readonly alpha?: number;
  readonly centered?: boolean;
  readonly lrDecay?: number;
  readonly initialAccumulatorValue?: number;
  readonly momentumDecay?: number;
  /** Whether weight decay also shrinks what has fewer than two dimensions: biases, and the weights of norms. */
  readonly decayNormsAndBiases?: boolean;
  /** The first that a parameter's name matches counts. */
  readonly groups?: readonly ParameterGroup[];
}

export interface ParameterGroup {
  /** `state_dict` names; `*` stands for any text. */
  readonly parameters: string;
  /** Times the learning rate. */
  readonly lrFactor: number;
  /** null: the optimizer's. */
  readonly weightDecay: number | null;
}

/** What each schedule reads of it is in `SCHEDULE_SETTINGS`. */
export interface ScheduleSettings {
  readonly name: ScheduleName;
  /** What the schedule counts; warm-up always counts steps. */
  readonly every: 'epoch' | 'step';
  readonly stepSize: number;
  readonly milestones: readonly number[];
  readonly gamma: number;
  /** null: the whole run. */
  readonly tMax: number | null;
  readonly t0: number;
  readonly tMult: number;
  readonly etaMin: number;
  /** null: the optimizer's learning rate. */
  readonly maxLr: number | null;
  readonly pctStart: number;
  readonly annealStrategy: 'cos' | 'linear';
  readonly divFactor: number;
  readonly finalDivFactor: number;
  readonly threePhase: boolean;
  /** null: the whole run. */
  readonly totalIters: number | null;
  readonly power: number;
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly cooldown: number;
  readonly minLr: number;
  /** Linear warm-up over so many steps, from `warmupFactor` times the rate. */
  readonly warmupSteps: number;
  readonly warmupFactor: number;
}

/** What happens to gradients before the optimizer takes them. */
export interface GradientSettings {
  /** Largest norm over all parameters; null: no limit. */
  readonly clipNorm: number | null;
  /** Largest size of each element, limited before the norm; null: no limit. */
  readonly clipValue: number | null;
  /** Batches whose gradients are averaged into one step of the optimizer. */
  readonly accumulate: number;
}

/** What each loss reads of it is in `LOSS_SETTINGS`; `lossSettings` fills in the rest. */
export interface LossSettings {
  readonly name: LossName;
  readonly reduction: 'mean' | 'sum' | 'batchmean';
  readonly ignoreIndex: number | null;
  readonly classWeights: readonly number[] | null;
  readonly posWeight: readonly number[] | null;
  readonly labelSmoothing: number;
  readonly gamma: number;
  readonly alpha: number | null;
  readonly beta: number;
  readonly delta: number;
  readonly smooth: number;
  /** Of `combined`: what it adds up. */
  readonly terms: readonly LossTerm[];
}

export interface LossTerm extends Omit<LossSettings, 'terms'> {
  readonly weight: number;
}

/** A loss by name, with its defaults, or with settings. */
export type Loss = LossName | LossSettings;

export interface AugmentSettings {
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
}

/**
 * `path` holds the images; `masks` the masks of a segmentation set where they are not found beside the images.
 */
export interface DatasetSettings {
  readonly path: string;
  readonly masks: string | null;
}

/** With every default resolved. Paths are as written: relative ones start at the experiment's folder. */
export interface Experiment {
  /** `file:Class`, or a file with one model. */
  readonly model: string;
  readonly args: ModelArguments;
  readonly dataset: DatasetSettings;
  /** Channels × height × width of one sample; null: from the dataset. */
  readonly input: readonly [number, number, number] | null;
  /** null: from the dataset. */
  readonly task: Task | null;
  /** null: from the task and the model's output. */
  readonly loss: Loss | null;
  readonly optimizer: OptimizerSettings;
  readonly schedule?: ScheduleSettings;
  readonly gradients?: GradientSettings;
  /** Decay of the exponential moving average of the weights, which validation and previews then use; null: none. */
  readonly ema?: number | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly augment: AugmentSettings;
  /** Share of the samples held out for validation, in [0, 1). */
  readonly split: { readonly validation: number };
  /** A safetensors file to start from. */
  readonly initialWeights: string | null;
  readonly device: DeviceChoice;
  /** Folder for runs; null: `.cnnlab/runs` beside the experiment. */
  readonly output: string | null;
}

/** An experiment whose nulls the dataset and the traced model have filled in. */
export interface ResolvedExperiment extends Experiment {
  readonly input: readonly [number, number, number];
  readonly task: Task;
  readonly loss: Loss;
}
