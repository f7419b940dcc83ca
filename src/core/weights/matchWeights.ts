/** @file Whether a weights file fits a model, told as PyTorch's `load_state_dict` tells it. */
import { sameShape } from '../graph/ir';
import type { StateEntry } from '../graph/tracedModel';
import type { SafetensorsFile } from './safetensors';

export interface SizeMismatch {
  readonly name: string;
  readonly found: readonly number[];
  readonly expected: readonly number[];
}

export interface WeightsMatch {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly SizeMismatch[];
  /** What `load_state_dict(strict=True)` would raise; null where all fits. */
  readonly message: string | null;
}

/** `model` is the class that the message names. */
export function matchWeights(
  file: Pick<SafetensorsFile, 'tensors'>,
  entries: readonly StateEntry[],
  model = 'Module',
): WeightsMatch {
  const expected = new Map(entries.map((entry) => [entry.name, entry]));
  const missing = entries
    .filter(({ name }) => !file.tensors.has(name) && !isBatchNormCounter(name))
    .map(({ name }) => name);
  const unexpected = [...file.tensors.keys()].filter((name) => !expected.has(name));
  const mismatched = entries.flatMap(({ name, shape }) => {
    const found = file.tensors.get(name)?.shape;
    return found && !sameShape(found, shape) ? [{ name, found, expected: shape }] : [];
  });
  return { missing, unexpected, mismatched, message: message(model, missing, unexpected, mismatched) };
}

/** Files from before PyTorch 0.4.1 have none, and batch norms fill it in with zero when it is not there. */
function isBatchNormCounter(name: string): boolean {
  return name.split('.').at(-1) === 'num_batches_tracked';
}

function message(
  model: string,
  missing: readonly string[],
  unexpected: readonly string[],
  mismatched: readonly SizeMismatch[],
): string | null {
  const lines: string[] = [];
  if (missing.length > 0) lines.push(`Missing key(s) in state_dict: ${quoted(missing)}. `);
  if (unexpected.length > 0) lines.push(`Unexpected key(s) in state_dict: ${quoted(unexpected)}. `);
  for (const { name, found, expected } of mismatched) {
    lines.push(
      `size mismatch for ${name}: copying a param with shape ${size(found)} from checkpoint, the shape in current model is ${size(expected)}.`,
    );
  }
  return lines.length === 0 ? null : `Error(s) in loading state_dict for ${model}:\n\t${lines.join('\n\t')}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function size(shape: readonly number[]): string {
  return `torch.Size([${shape.join(', ')}])`;
}
