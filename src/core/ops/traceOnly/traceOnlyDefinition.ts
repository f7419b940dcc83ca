/** @file What a trace-only op means: as much of `OpDefinition` as a trace needs. */
import type { OpMeaning, OptionalType } from '../opDefinition';
import type { TraceOnlyAttributes, TraceOnlyOpName } from './attributes';

export interface TraceOnlyDefinition<K extends TraceOnlyOpName> extends OpMeaning<K> {
  /** At least one instance, whose outputs the test of this table tells. */
  readonly examples: readonly TraceOnlyExample<K>[];
}

export interface TraceOnlyExample<K extends TraceOnlyOpName> {
  readonly inputs: readonly OptionalType[];
  readonly attributes: TraceOnlyAttributes[K];
}

export type TraceOnlyRegistry = { readonly [K in TraceOnlyOpName]: TraceOnlyDefinition<K> };
