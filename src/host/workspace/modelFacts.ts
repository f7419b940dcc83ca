/** @file What a lens, a tree item and a run say of a model in a few words. */
import { formatInputs } from '../../core/graph/inputText';
import { elementCount, type TensorType } from '../../core/graph/ir';
import type { ModelCandidate, TracedModel, TraceResult } from '../../core/graph/tracedModel';
import { graphMacs } from '../../core/passes/cost';

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

/** One sample of each: `1×161×161`, `3×64×64; 16 int64`. */
export function sampleInputs(inputs: readonly TensorType[]): string {
  return formatInputs(inputs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype })));
}

/** For one sample: `31.0 M parameters · 54.7 G MACs`. */
export function modelCost(model: TracedModel): string {
  const traced = model.graphs[0];
  const macs = traced ? graphMacs(traced.graph) / (traced.inputs[0]?.shape[0] ?? 1) : 0;
  const parameters = `${formatCount(parameterCount(model))} parameters`;
  return macs > 0 ? `${parameters} · ${formatCount(macs)} MACs` : parameters;
}

/** `9 in UNET · 28.9 M parameters`, of the first model that is built of them; null where none is. */
export function blockSummary(name: string, models: readonly TracedModel[]): string | null {
  for (const { model, modules, state } of models) {
    const paths = modules.filter((module) => module.class === name && module.path !== '');
    if (paths.length === 0) continue;
    const parameters = state
      .filter(
        (entry) => entry.kind === 'parameter' && paths.some(({ path }) => entry.name.startsWith(`${path}.`)),
      )
      .reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return `${paths.length} in ${model} · ${formatCount(parameters)} parameters`;
  }
  return null;
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
