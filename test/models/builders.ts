/** @file The builders of our torchvision.models, called from a workspace file as a user would. */
import { readFileSync } from 'node:fs';
import type { TensorType } from '../../src/core/graph/ir';
import type { Diagnostic, TracedModel, TraceRun } from '../../src/core/graph/tracedModel';
import type { TraceClient } from '../../src/trace/traceClient';

/** One line of test/golden/torchvision.json; make_torchvision_goldens.py says what the digests are of. */
export interface GoldenCase {
  readonly kind: 'classification' | 'segmentation' | 'detection' | 'video';
  readonly builder: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: number[];
  readonly parameters: number;
  readonly entries: number;
  readonly state: string;
  readonly train: { readonly calls: number; readonly digest: string };
  readonly eval: { readonly calls: number; readonly digest: string };
}

/** Those of the builders that are ours. */
export const goldenCases: readonly GoldenCase[] = readJson<{ cases: GoldenCase[] }>(
  '../golden/torchvision.json',
).cases.filter(({ kind }) => kind === 'classification' || kind === 'segmentation');

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

/** The builder's model, traced with inputs of these shapes; what was odd beside it. */
export async function traceBuilder(
  client: TraceClient,
  builder: string,
  args: GoldenCase['args'],
  runs: readonly { mode: TraceRun['mode']; shape: readonly number[] }[],
): Promise<{ model: TracedModel; diagnostics: readonly Diagnostic[] }> {
  const source = `from torchvision import models\n\n\ndef build(**arguments):\n    return models.get_model("${builder}", **arguments)\n`;
  const target = {
    name: 'build',
    args,
    runs: runs.map(({ mode, shape }) => ({ mode, inputs: [float32(shape)] })),
  };
  const result = await client.trace(
    { files: { 'model.py': source }, entry: 'model.py', target },
    { timeoutMs: 30_000 },
  );
  const [model] = result.models;
  if (!model) throw new Error(`${builder}: ${JSON.stringify(result.diagnostics)}`);
  // Draws of other numbers than PyTorch's are named at the builder's line; everything else would be a fault.
  const diagnostics = result.diagnostics.filter(({ code }) => code !== 'init-not-reproduced');
  return { model, diagnostics };
}

function float32(shape: readonly number[]): TensorType {
  return { shape: [...shape], dtype: 'float32' };
}
