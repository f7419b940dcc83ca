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
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // From what three digits round up to the unit.
    if (count >= size * 0.9995)
      return `${Number((count / size).toPrecision(3)).toFixed(digitsAfter(count / size))} ${unit}`;
  }
  return String(Math.round(count));
}

function digitsAfter(value: number): number {
  return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

/** `512 B`, `62.0 kB`, `6.64 MB`. */
export function formatBytes(bytes: number): string {
  const text = formatCount(bytes);
  return text.includes(' ') ? `${text}B` : `${text} B`;
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
