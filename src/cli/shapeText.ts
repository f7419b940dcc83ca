/** @file Shapes as the command line takes and prints them. */
import type { TensorType } from '../core/graph/ir';
import type { TypeTree } from '../core/graph/tracedModel';
import { CommandError } from './commandError';

/** `3x1x161x161` → a float32 tensor type; several inputs are separated by commas. */
export function parseInputs(text: string): TensorType[] {
  return text.split(',').map((part) => {
    const shape = part.trim().split(/[x×]/i).map(Number);
    if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
      throw new CommandError(`--input ${text}: "${part}" is no shape.`, 'Write sizes as in 1x3x224x224.', 2);
    }
    return { shape, dtype: 'float32' };
  });
}

export function shapeText(shape: readonly number[]): string {
  return shape.length ? shape.join('×') : 'scalar';
}

/** All tensors of a tree, depth first. */
export function tensorsOf(tree: TypeTree): TensorType[] {
  if (tree === null) return [];
  if ('shape' in tree) return [{ shape: tree.shape, dtype: tree.dtype }];
  const members = 'dict' in tree ? Object.values(tree.dict) : 'tuple' in tree ? tree.tuple : tree.list;
  return members.flatMap(tensorsOf);
}
