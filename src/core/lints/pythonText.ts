/** @file As much of Python's syntax as lints need: what is code and what is not, and the parts of a call. */
import type { SourceRange } from '../graph/tracedModel';

const TOKEN = /#[^\n]*|[rRbBuUfF]{0,2}('''|"""|'|")/g;

/** The same text, offsets kept, with comments and (unless `keepStrings`) what is within quotes made spaces. */
export function codeOnly(text: string, keepStrings = false): string {
  let code = '';
  let done = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const quote = match[1];
    const end = quote ? stringEnd(text, TOKEN.lastIndex, quote) : TOKEN.lastIndex;
    const inside = text.slice(match.index, end);
    code += text.slice(done, match.index) + (quote && keepStrings ? inside : inside.replace(/[^\n]/g, ' '));
    done = TOKEN.lastIndex = end;
  }
  return code + text.slice(done);
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text.startsWith(quote, at)) return at + quote.length;
    else if (text[at] === '\n' && quote.length === 1) return at;
  }
  return text.length;
}

export interface Part {
  readonly start: number;
  readonly end: number;
}

export interface CallParts {
  /** `nn.Conv2d` of `nn.Conv2d(3, 8)`. */
  readonly callee: string;
  readonly args: readonly Part[];
  /** The offset behind the last argument, or behind the opening bracket. */
  readonly lastEnd: number;
  /** Whether a comma stands behind the last argument. */
  readonly hasTrailingComma: boolean;
}

/** The parts of the call that is the expression `start … end` of a text; null where it is none. */
export function callParts(text: string, start: number, end: number): CallParts | null {
  const code = codeOnly(text.slice(start, end));
  const kept = codeOnly(text.slice(start, end), true);
  if (!code.endsWith(')')) return null;
  const open = openingBracket(code);
  if (open <= 0) return null;
  const args: Part[] = [];
  let from = open + 1;
  let depth = 0;
  let hasTrailingComma = false;
  for (let at = open + 1; at < code.length; at++) {
    const character = code[at]!;
    const isEnd = at === code.length - 1;
    if (isEnd || (depth === 0 && character === ',')) {
      const piece = trimmed(kept, from, at);
      if (piece) args.push({ start: start + piece.start, end: start + piece.end });
      else if (isEnd) hasTrailingComma = args.length > 0;
      from = at + 1;
    } else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
  }
  const lastEnd = args.at(-1)?.end ?? start + open + 1;
  return { callee: text.slice(start, start + open).trim(), args, lastEnd, hasTrailingComma };
}

/** Of the bracket that the last character closes. */
function openingBracket(code: string): number {
  let depth = 0;
  for (let at = code.length - 1; at >= 0; at--) {
    if (')]}'.includes(code[at]!)) depth++;
    else if ('([{'.includes(code[at]!)) depth--;
    if (depth === 0) return at;
  }
  return -1;
}

/** @param kept the text without its comments. */
function trimmed(kept: string, start: number, end: number): Part | null {
  let [from, to] = [start, end];
  while (from < to && /\s/.test(kept[from]!)) from++;
  while (to > from && /\s/.test(kept[to - 1]!)) to--;
  return from < to ? { start: from, end: to } : null;
}

/** Offsets of a SourceRange in its file's text. */
export function offsetsOf(text: string, { line, column, endLine, endColumn }: SourceRange): Part {
  let start = 0;
  for (let count = 1; count < line; count++) start = text.indexOf('\n', start) + 1;
  let last = start;
  for (let count = line; count < endLine; count++) last = text.indexOf('\n', last) + 1;
  return { start: start + column, end: last + endColumn };
}

/** The SourceRange of a part of a file's text. */
export function rangeOf(file: string, text: string, { start, end }: Part): SourceRange {
  const [line, column] = position(text, start);
  const [endLine, endColumn] = position(text, end);
  return { file, line, column, endLine, endColumn };
}

function position(text: string, offset: number): [line: number, column: number] {
  const before = text.slice(0, offset).split('\n');
  return [before.length, before.at(-1)!.length];
}

/** The lines (from 1, end exclusive) of the innermost function around a line. */
export function functionAround(text: string, line: number): { first: number; end: number } | null {
  const lines = text.split('\n');
  const indent = (at: number) => lines[at - 1]!.search(/\S|$/);
  for (let first = line; first >= 1; first--) {
    if (!/^\s*(async\s+)?def\s/.test(lines[first - 1]!)) continue;
    if (first !== line && indent(first) >= indent(line)) continue;
    let end = first + 1;
    while (
      end <= lines.length &&
      (lines[end - 1]!.trim() === '' || indent(end) > indent(first) || /^\s*\)/.test(lines[end - 1]!))
    )
      end++;
    return { first, end };
  }
  return null;
}
