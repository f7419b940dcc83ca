/** @file Layers that are called for nothing. */
import type { ValueId } from '../graph/ir';
import { type GraphView, trainingViews } from './graphView';
import type { Finding, Lint } from './lint';
import type { ModelSource } from './modelSource';
import { functionAround } from './pythonText';

export const unreachedParameter: Lint = {
  doc: 'A layer is called, and no output depends on what it gives: its parameters get no gradient.',
  severity: 'warning',
  find: (models, source) => trainingViews(models).flatMap((view) => unreached(view, source)),
};

function unreached(view: GraphView, source: ModelSource): Finding[] {
  const parameters = trainableParameters(view);
  const reached = reachedNodes(view);
  const readsIn = (node: number): ValueId[] =>
    view.nodes[node]!.inputs.filter((id) => id !== null && parameters.has(id)) as ValueId[];
  const trained = new Set([...reached].flatMap(readsIn));
  const findings: Finding[] = [];
  let covered = 0;
  for (const { firstNode, endNode, frame, path, class: className } of view.traced.calls) {
    if (path === '' || firstNode < covered) continue;
    const own = range(firstNode, endNode);
    const weights = own.flatMap(readsIn);
    if (
      weights.length === 0 ||
      own.some((node) => reached.has(node)) ||
      weights.some((id) => trained.has(id))
    )
      continue;
    covered = endNode;
    const place = view.place(frame);
    if (!place || keepsThings(source, place.file, place.line)) continue;
    findings.push({
      place,
      message: `No output depends on what ${path} (${className}) gives: its parameters get no gradient.`,
      hint: 'Use its result, or leave the call out.',
    });
  }
  return findings;
}

function trainableParameters(view: GraphView): Set<ValueId> {
  const trainable = new Set(view.model.state.filter((entry) => entry.trainable).map(({ name }) => name));
  return new Set(
    view.traced.graph.inputs.filter(({ name }) => trainable.has(name)).map(({ value }) => value),
  );
}

function reachedNodes(view: GraphView): Set<number> {
  const reached = new Set<number>();
  const pending = [...view.outputs];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const index = view.maker.get(id);
    if (index === undefined || reached.has(index)) continue;
    reached.add(index);
    for (const input of view.nodes[index]!.inputs) if (input !== null) pending.push(input);
  }
  return reached;
}

/** What a function keeps in `self` or in a list may go into a loss by another way. */
function keepsThings(source: ModelSource, file: string, line: number): boolean {
  const text = source.text(file);
  const around = functionAround(text, line);
  if (!around) return true;
  const body = text
    .split('\n')
    .slice(around.first - 1, around.end - 1)
    .join('\n');
  return /\bself\.[\w.]+(\[[^\]]*\])?\s*(:[^=\n]+)?[+*]?=(?!=)|\.(append|update|add)\(/.test(body);
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
