/** @file A model's state_dict as a safetensors file and back. */
import { elementCount } from '../graph/ir';
import type { StateEntry } from '../graph/tracedModel';
import { type SafetensorsFile, tensorValues, writeSafetensors } from './safetensors';
import { type DenseValues, safetensorsDType } from './tensorBytes';

/** `format: pt` tells other readers that names and layouts are PyTorch's. */
const pyTorchMetadata = { format: 'pt' } as const;

/**
 * Loads with `load_state_dict(strict=True)`: PyTorch's names, order, shapes and dtypes.
 * @throws Error when `values` lacks an entry.
 */
export function stateDictToSafetensors(
  entries: readonly StateEntry[],
  values: ReadonlyMap<string, ArrayLike<number>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors = entries.map(({ name, shape, dtype }) => {
    const found = values.get(name);
    if (!found) throw new Error(`no value for '${name}'`);
    const stored = safetensorsDType(dtype);
    if (!stored) throw new Error(`'${name}' is ${dtype}, which cannot be saved`);
    return { name, shape, dtype: stored, values: found };
  });
  return writeSafetensors(tensors, { ...pyTorchMetadata, ...metadata });
}

/**
 * The file's values for each entry, and zeros for entries that it lacks (a batch norm's counter, as PyTorch does).
 * Call `matchWeights` first: shapes are taken as matching.
 */
export function stateDictValues(
  file: SafetensorsFile,
  entries: readonly StateEntry[],
): Map<string, DenseValues> {
  return new Map(
    entries.map(({ name, shape, dtype }) => {
      const tensor = file.tensors.get(name);
      const isFloat = dtype.startsWith('float') || dtype === 'bfloat16' || dtype === 'bool';
      const values = tensor ? tensorValues(tensor) : new Float32Array(elementCount(shape));
      return [name, isFloat ? Float32Array.from(values) : Int32Array.from(values)];
    }),
  );
}
