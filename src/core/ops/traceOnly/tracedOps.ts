/** @file Every op that a trace may hold: the registry's, and those that can only be traced. */
import type { OpName } from '../attributes';
import type { OpMeaning } from '../opDefinition';
import { registry } from '../registry';
import type { TracedOpName, TraceOnlyOpName } from './attributes';
import { lookup } from './lookup';
import { numeric } from './numeric';
import { poolIndices } from './poolIndices';
import { sampling } from './sampling';
import { sequences } from './sequences';
import type { TraceOnlyRegistry } from './traceOnlyDefinition';
import { volumes } from './volumes';

export const traceOnlyOps: TraceOnlyRegistry = {
  ...volumes,
  ...poolIndices,
  ...lookup,
  ...sampling,
  ...sequences,
  ...numeric,
};

export const tracedOps: { readonly [K in TracedOpName]: OpMeaning<K> } = { ...registry, ...traceOnlyOps };

export function isTraceOnly(op: OpName | TraceOnlyOpName): op is TraceOnlyOpName {
  return Object.hasOwn(traceOnlyOps, op);
}
