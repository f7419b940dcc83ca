/** @file Where lines went in an edit: what is the same at both ends moved, what is between was edited. */

/** From a line of the old text to the new one's, both from 1; null for a line that was rewritten or removed. */
export type LineMap = (line: number) => number | null;

export function mapLines(before: string, after: string): LineMap {
  const old = before.split('\n');
  const now = after.split('\n');
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const isTyped =
    old.length === now.length && head + tail === old.length - 1 && isBegun(old[head]!, now[head]!);
  return (line) => {
    if (line <= head || (isTyped && line === head + 1)) return line;
    if (line > old.length - tail) return line + now.length - old.length;
    return null;
  };
}

/** One lone line is being typed, or typed again: what stands there is the start of the other. */
function isBegun(before: string, now: string): boolean {
  const [old, typed] = [before.trim(), now.trim()];
  return old !== '' && typed !== '' && (old.startsWith(typed) || typed.startsWith(old));
}
