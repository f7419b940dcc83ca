/** @file What a lint is: advice about a model that traces, judged from its graphs and its source. */
import type { Diagnostic, Fix, SourceRange, TracedModel } from '../graph/tracedModel';
import type { ModelSource } from './modelSource';

/** Codes stand in settings and comments of users: they do not change. */
export type LintCode =
  | 'softmax-before-cross-entropy'
  | 'sigmoid-before-bce-with-logits'
  | 'softmax-over-batch'
  | 'unused-layer'
  | 'unregistered-modules'
  | 'bias-before-batch-norm'
  | 'input-not-divisible'
  | 'layer-reused'
  | 'unreached-parameter'
  | 'dropout-of-everything'
  | 'repeated-activation'
  | 'no-output';

export interface Finding {
  readonly place: SourceRange;
  readonly message: string;
  readonly hint: string;
  readonly fixes?: readonly Fix[];
}

export interface Lint {
  /** One sentence, for settings and documentation. */
  readonly doc: string;
  readonly severity: Diagnostic['severity'];
  /** @param models all that one trace has shown: a block may be in several. */
  find(models: readonly TracedModel[], source: ModelSource): readonly Finding[];
}
