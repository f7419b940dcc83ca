/** @file What tracing a model file gives: graphs, where each op stands in the source, parameters, diagnostics. */
import type { DType, TensorType, TraceGraph } from './ir';

/** `line` and `endLine` count from 1, `column` and `endColumn` from 0 in UTF-16 units; ends are exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic extends SourceRange {
  readonly severity: 'error' | 'warning' | 'information';
  /** Stable and kebab-case: `shape-mismatch`, `unsupported-op`, `syntax-error`, `timeout`, … */
  readonly code: string;
  /** What was found and what was expected, in PyTorch's words where PyTorch has some. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  /** Edits that mend it, each certain to; absent where none is. The first is the preferred one. */
  readonly fixes?: readonly Fix[];
}

/** A quick fix. */
export interface Fix {
  /** An imperative, as a menu shows it: `Set in_features to 1690`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** `text` takes the place of the range; an empty range inserts. */
export interface TextEdit extends SourceRange {
  readonly text: string;
}

/** One user stack frame, with the exact expression being evaluated. `parent` is the calling frame or -1. */
export interface Frame extends SourceRange {
  readonly function: string;
  readonly parent: number;
}

/** Nested outputs keep the structure that `forward` returned. */
export type TypeTree =
  | TensorType
  | { readonly tuple: readonly TypeTree[] }
  | { readonly list: readonly TypeTree[] }
  | { readonly dict: Readonly<Record<string, TypeTree>> }
  | null;

export interface ModuleCall {
  /** As `named_modules` spells it; '' is the model itself. */
  readonly path: string;
  readonly class: string;
  /** The frame that called the module; -1 for the model's own call. */
  readonly frame: number;
  readonly inputs: readonly TypeTree[];
  readonly output: TypeTree;
  /** The call's nodes are `graph.nodes[firstNode … endNode)`. */
  readonly firstNode: number;
  readonly endNode: number;
  /** Where the class of this module is defined, when in the workspace. */
  readonly definition: SourceRange | null;
}

/** A module of the model. One that several attributes hold stands once, under the path that `named_modules` gives it. */
export interface ModuleInfo {
  readonly path: string;
  /** Class name: `Conv2d`, `DoubleConv`. */
  readonly class: string;
  /** Whether the class is one of `torch.nn`'s. */
  readonly isLibrary: boolean;
  /** The user's expression that built it, `nn.Conv2d(3, 64, 3)`; null where a library did, or a copy. */
  readonly construction: SourceRange | null;
  /** Of torch.nn's layers and classes derived from them: their public attributes that JSON can say, by PyTorch's names. */
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** Other paths under which it is itself held; its children's are not spelled out. */
  readonly aliases: readonly string[];
}

/** A plain list, tuple or dict that is an attribute of a module and holds layers that PyTorch does not know of. */
export interface PlainContainer {
  /** Of the module that has the attribute. */
  readonly path: string;
  readonly attribute: string;
  readonly kind: 'list' | 'tuple' | 'dict';
  /** Layers that nothing else registers. */
  readonly count: number;
  /** What `self.attribute = …` is set to, where that can be told. */
  readonly place: SourceRange | null;
  readonly fix: Fix | null;
}

export interface StateEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly kind: 'parameter' | 'buffer';
  readonly trainable: boolean;
}

/**
 * One draw of PyTorch's generator or fill, in the order the constructors ran it. `target` is the state entry that
 * ends up holding it, or null for numbers that are drawn and thrown away (the generator still advances).
 */
export interface InitStep {
  readonly target: string | null;
  readonly shape: readonly number[];
  /** Where in the target, counted in elements, `shape` begins that fills only a part of it; 0 unless given. */
  readonly offset?: number;
  readonly fill: InitFill;
}

/** Named after torch.nn.init and torch's functions; what they mean stands in `core/random`. */
export type InitFill =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | {
      readonly kind: 'trunc_normal';
      /** 2Φ − 1 of the bounds `a` and `b`. */
      readonly low: number;
      readonly high: number;
      readonly mean: number;
      readonly std: number;
      readonly a: number;
      readonly b: number;
    }
  | { readonly kind: 'orthogonal'; readonly gain: number }
  | { readonly kind: 'sparse'; readonly sparsity: number; readonly std: number }
  | { readonly kind: 'eye' }
  | { readonly kind: 'dirac'; readonly groups: number }
  | { readonly kind: 'randperm' }
  /** Whole numbers in [low, high). */
  | { readonly kind: 'randint'; readonly low: number; readonly high: number }
  /** scale·x + shift of the numbers that step `of` of the list made: a deep copy, or a draw that was changed. */
  | { readonly kind: 'copy'; readonly of: number; readonly scale: number; readonly shift: number };

export interface TracedGraph {
  readonly mode: 'train' | 'eval';
  readonly inputs: readonly TensorType[];
  readonly output: TypeTree;
  /** Data inputs are named `input0`, `input1`, …; outputs `output0`, … in depth-first order of `output`. */
  readonly graph: TraceGraph;
  readonly frames: readonly Frame[];
  readonly calls: readonly ModuleCall[];
  /** Of an interrupted call: the frames whose expressions gave nothing, because an error came out of them. */
  readonly unfinished?: readonly number[];
}

export interface TracedModel {
  /** Class or function name. */
  readonly model: string;
  readonly file: string;
  /** One for each run asked for. */
  readonly graphs: readonly TracedGraph[];
  /** In `state_dict` order. */
  readonly state: readonly StateEntry[];
  readonly init: readonly InitStep[];
  /** In `named_modules` order, the model itself ('') first. */
  readonly modules: readonly ModuleInfo[];
  readonly plainContainers: readonly PlainContainer[];
}

/** A call whose `forward` raised, up to the error. */
export interface InterruptedCall extends Omit<TracedModel, 'graphs' | 'init'> {
  readonly graph: TracedGraph;
}

/** A Module class, a function that returns one, or a model of a library that the file builds: `model = resnet18()`. */
export interface ModelCandidate {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'instance';
  readonly range: SourceRange;
  readonly parameters: readonly ConstructorParameter[];
  /** How the file itself builds and calls it, if it does: its test code, or a comment, which wins. */
  readonly example: {
    readonly args: ModelArguments;
    readonly inputs: readonly TensorType[];
    readonly origin: 'test' | 'comment';
  } | null;
  /** True where another class of this file builds it: a block, not a model to train. */
  readonly usedByOthers: boolean;
}

export interface ConstructorParameter {
  readonly name: string;
  /** Absent: the argument must be given. `text` is Python source, `value` its JSON form where it has one. */
  readonly default?: { readonly text: string; readonly value?: unknown };
}

/** Keyword arguments as JSON; positional ones are already named after their parameters. */
export type ModelArguments = Readonly<Record<string, unknown>>;

export interface TraceRun {
  readonly mode: 'train' | 'eval';
  readonly inputs: readonly TensorType[];
}

/** `certain`: only edits that need no trial. */
export type FixEffort = 'certain' | 'tried';

export interface TraceRequest {
  /** Workspace Python files by POSIX path relative to the workspace folder; the entry and all it may import. */
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
  /** Whether edits that are not certain by themselves are tried out, which takes a trace each. Default `tried`. */
  readonly fixes?: FixEffort;
  /**
   * Absent: every candidate that the file's test code calls (or a `# cnnlab: input=(…)` comment covers) is traced
   * once in train mode with what was found there.
   */
  readonly target?: {
    readonly name: string;
    readonly args: ModelArguments;
    /** Empty: the example's or the comment's input is used, in both modes. */
    readonly runs: readonly TraceRun[];
  };
  /** Whose packages the files may import. */
  readonly environment?: PythonEnvironment;
}

/** A Python installation whose packages are read, never written: a virtual environment, conda's, or a system's. */
export interface PythonEnvironment {
  /** As its user knows it: `.venv`. */
  readonly name: string;
  /** Absolute folders that hold packages, in the order of `sys.path`. */
  readonly folders: readonly string[];
  /** Another one after packages came or went. */
  readonly stamp: string;
}

export interface TraceResult {
  readonly candidates: readonly ModelCandidate[];
  readonly models: readonly TracedModel[];
  readonly diagnostics: readonly Diagnostic[];
  /** About models that trace, by codes of `LintCode`; all of them, whatever is switched off. */
  readonly advice?: readonly Diagnostic[];
  /** For hints on the lines before the error, never to train or draw. */
  readonly interrupted?: readonly InterruptedCall[];
  readonly milliseconds: number;
}
