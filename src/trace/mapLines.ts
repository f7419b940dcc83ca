/** @file Where lines went in an edit: what is the same at both ends moved, what is between was edited. */

/** From a line of the old text to the new one's, both from 1; null for a line that was edited or removed. */
export type LineMap = (line: number) => number | null;

export function mapLines(before: string, after: string): LineMap {
  const old = before.split('\n');
  const now = after.split('\n');
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  return (line) => {
    if (line <= head) return line;
    if (line > old.length - tail) return line + now.length - old.length;
    return null;
  };
}
