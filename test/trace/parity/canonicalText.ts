/** @file What a traced model says, as the text that `test/golden/make_torchvision_goldens.py` defines and hashes. */
import { createHash } from 'node:crypto';
import { elementCount } from '../../../src/core/graph/ir';
import type { ModuleCall, TracedModel, TypeTree } from '../../../src/core/graph/tracedModel';

export function tree(value: TypeTree): string {
  if (value === null) return '-';
  if ('tuple' in value) return `(${value.tuple.map(tree).join(',')})`;
  if ('list' in value) return `[${value.list.map(tree).join(',')}]`;
  if ('dict' in value) {
    const entries = Object.entries(value.dict).map(([key, entry]) => `${key}:${tree(entry)}`);
    return `{${entries.join(',')}}`;
  }
  return `${value.dtype}[${value.shape.join(',')}]`;
}

export function stateText(model: TracedModel): string {
  return model.state.map((entry) => `${entry.name} ${tree(entry)}\n`).join('');
}

/** Of the model's own modules: PyTorch's hooks do not see those that forward makes on the way. */
export function callsText(calls: readonly ModuleCall[]): string {
  const own = calls.filter(({ path }) => path !== '?');
  return own.map((call) => `${call.path} ${call.class} ${tree(call.output)}\n`).join('');
}

export function parameterCount(model: TracedModel): number {
  return model.state
    .filter(({ kind }) => kind === 'parameter')
    .reduce((total, { shape }) => total + elementCount(shape), 0);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The first line in which two texts differ, as `expected ≠ found`; null where they are the same. */
export function firstDifference(expected: string, found: string): string | null {
  if (expected === found) return null;
  const [wanted, given] = [expected.split('\n'), found.split('\n')];
  const at = wanted.findIndex((line, index) => line !== given[index]);
  const line = at < 0 ? wanted.length : at;
  return `line ${line + 1}: \`${wanted[line] || 'nothing'}\` ≠ \`${given[line] || 'nothing'}\``;
}
