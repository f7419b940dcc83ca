/** @file What files are after the edits of a quick fix. */
import type { TextEdit } from './tracedModel';

/** @param edits of one fix, which do not overlap. */
export function applyEdits(
  files: Readonly<Record<string, string>>,
  edits: readonly TextEdit[],
): Record<string, string> {
  const changed = { ...files };
  const backwards = [...edits].sort((a, b) => b.line - a.line || b.column - a.column);
  for (const { file, line, column, endLine, endColumn, text } of backwards) {
    const before = changed[file];
    if (before === undefined) continue;
    changed[file] =
      before.slice(0, offset(before, line, column)) + text + before.slice(offset(before, endLine, endColumn));
  }
  return changed;
}

function offset(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) start = text.indexOf('\n', start) + 1;
  return start + column;
}
