/** @file Parameters, state and every module call of our torchvision.models are those of real torchvision. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ModuleCall, StateEntry, TypeTree } from '../../src/core/graph/tracedModel';
import { startTracing } from '../trace/tracing';
import { goldenCases, traceBuilder } from './builders';

const { client } = startTracing();

describe.each(goldenCases)('$builder on $input', ({ builder, args, input, ...golden }) => {
  test('has the parameters, the state and the module calls of PyTorch', async () => {
    const { model, diagnostics } = await traceBuilder(client, builder, args, [
      { mode: 'train', shape: input },
      { mode: 'eval', shape: input },
    ]);
    expect(diagnostics).toEqual([]);
    const [train, evaluation] = model.graphs;
    // `make_torchvision_goldens.py --dump BUILDER` prints the texts behind the digests.
    expect({
      parameters: parameters(model.state),
      entries: model.state.length,
      state: digest(model.state.map(stateLine)),
      train: { calls: train!.calls.length, digest: digest(train!.calls.map(callLine)) },
      eval: { calls: evaluation!.calls.length, digest: digest(evaluation!.calls.map(callLine)) },
    }).toEqual({
      parameters: golden.parameters,
      entries: golden.entries,
      state: golden.state,
      train: golden.train,
      eval: golden.eval,
    });
    // Every tensor is filled at least once before the first step.
    const filled = new Set(model.init.map(({ target }) => target));
    expect(model.state.filter(({ name }) => !filled.has(name))).toEqual([]);
  });
});

function parameters(state: readonly StateEntry[]): number {
  return state
    .filter(({ kind }) => kind === 'parameter')
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

const stateLine = (entry: StateEntry) => `${entry.name} ${treeText(entry)}\n`;
const callLine = (call: ModuleCall) => `${call.path} ${call.class} ${treeText(call.output)}\n`;

function treeText(tree: TypeTree): string {
  if (tree === null) return '-';
  if ('shape' in tree) return `${tree.dtype}[${tree.shape.join(',')}]`;
  if ('tuple' in tree) return `(${tree.tuple.map(treeText).join(',')})`;
  if ('list' in tree) return `[${tree.list.map(treeText).join(',')}]`;
  return `{${Object.entries(tree.dict)
    .map(([key, entry]) => `${key}:${treeText(entry)}`)
    .join(',')}}`;
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
}
