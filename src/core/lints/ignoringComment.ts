/** @file The comment that keeps a lint quiet on its line: `# cnnlab: ignore[unused-layer, no-output]`. */

const COMMENT = /#\s*cnnlab:\s*ignore\[([^\]]*)\]/;

/** The codes that a line's comment names. */
export function ignoredCodes(line: string): string[] {
  const codes = COMMENT.exec(line)?.[1];
  return codes === undefined ? [] : codes.split(',').map((code) => code.trim());
}

/** What to insert, and where, so that a line ignores one code more. */
export function ignoringComment(line: string, code: string): { column: number; text: string } {
  const found = COMMENT.exec(line);
  if (!found) return { column: line.trimEnd().length, text: `  # cnnlab: ignore[${code}]` };
  const column = found.index + found[0].length - 1;
  return { column, text: found[1]!.trim() === '' ? code : `, ${code}` };
}
