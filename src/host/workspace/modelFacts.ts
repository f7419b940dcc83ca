/** @file What a lens, a tree item and a run say of a model in a few words. */
import { elementCount, type TensorType } from '../../core/graph/ir';
import type { ModelCandidate, TracedModel, TraceResult } from '../../core/graph/tracedModel';

export function parameterCount(model: TracedModel): number {
  return model.state
    .filter(({ kind }) => kind === 'parameter')
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Three significant digits and a unit: `950`, `62.0 k`, `31.0 M`, `1.20 G`. */
export function formatCount(count: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`;
  }
  return String(count);
}

/** One sample: the batch axis is left out. */
export function sampleShape({ shape }: TensorType): string {
  return shape.slice(1).join('×') || 'scalar';
}

/** `31.0 M parameters · 1×161×161`. */
export function modelSummary(model: TracedModel): string {
  const input = model.graphs[0]?.inputs[0];
  const parameters = `${formatCount(parameterCount(model))} parameters`;
  return input ? `${parameters} · ${sampleShape(input)}` : parameters;
}

/** Candidates that stand for themselves; blocks that other classes are built of are not trained alone. */
export function trainableCandidates(result: TraceResult): readonly ModelCandidate[] {
  return result.candidates.filter(({ usedByOthers }) => !usedByOthers);
}
