/**
 * @file Where a file's classes assign `self.NAME = …`, whoever builds the module: a helper function, too. Read from
 * the characters alone, which takes a fraction of a millisecond: a syntax tree would take several at each keystroke.
 */

export interface AttributeAssignment {
  readonly className: string;
  readonly attribute: string;
  /** `line` and `endLine` from 1, columns from 0 in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface FileClasses {
  readonly assignments: readonly AttributeAssignment[];
  /** Class → the classes of the file that it derives from, itself included, nearest first. */
  readonly bases: ReadonlyMap<string, readonly string[]>;
}

const HEADER = /^(\s*)class\s+(\w+)\s*(?:\(([^)]*)\))?/;
const ASSIGNMENT = /^(\s*)self\s*\.\s*(\w+)\s*(?::[^=]*)?=(?!=)/;

export function fileClasses(text: string): FileClasses {
  const direct = new Map<string, string[]>();
  const assignments: AttributeAssignment[] = [];
  /** Classes around the line, by how far they are indented. */
  let around: { readonly name: string; readonly indent: number }[] = [];
  for (const { code, line, endLine, endColumn } of statements(text)) {
    const indent = code.search(/\S/);
    around = around.filter((each) => each.indent < indent);
    const header = HEADER.exec(code);
    if (header) {
      direct.set(
        header[2]!,
        (header[3] ?? '').split(',').map((base) => base.trim()),
      );
      around.push({ name: header[2]!, indent });
    }
    const assignment = ASSIGNMENT.exec(code);
    const className = around.at(-1)?.name;
    if (!assignment || className === undefined) continue;
    assignments.push({ className, attribute: assignment[2]!, line, column: indent, endLine, endColumn });
  }
  return { assignments, bases: new Map([...direct.keys()].map((name) => [name, lineage(name, direct)])) };
}

function lineage(name: string, direct: ReadonlyMap<string, readonly string[]>): string[] {
  const found = [name];
  for (const each of found) {
    for (const base of direct.get(each) ?? [])
      if (direct.has(base) && !found.includes(base)) found.push(base);
  }
  return found;
}

interface Statement {
  /** Of its first line, indentation included. */
  readonly code: string;
  readonly line: number;
  readonly endLine: number;
  /** Past its last character that is no comment. */
  readonly endColumn: number;
}

/** A string, with its prefix left to what stands before; a comment; a bracket; a line's end, joined by `\`; anything else. */
const TOKEN =
  /("""|''')(?:\\[\s\S]|(?!\1)[\s\S])*(?:\1|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*|\\\n|[([{]|[)\]}]|\n|[^"'#\\([{)\]}\n]+|\\/g;

/** Lines of Python, those that brackets, strings or a `\` join as one. */
function* statements(text: string): Generator<Statement> {
  let [line, lineStart, depth] = [1, 0, 0];
  let start: { readonly line: number; readonly at: number } | null = null;
  let end = { line: 1, column: 0 };
  const finish = (): Statement | null => {
    if (!start) return null;
    const newline = text.indexOf('\n', start.at);
    const code = text.slice(start.at, newline < 0 ? undefined : newline);
    const statement = { code, line: start.line, endLine: end.line, endColumn: end.column };
    start = null;
    depth = 0;
    return statement;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '\n' || token === '\\\n') {
      line += 1;
      lineStart = index + token.length;
      // What is open at a class or a function of the margin was never closed: it is being typed.
      const isNew = depth === 0 || /^(?:class|def|async|@)\b/.test(text.slice(lineStart, lineStart + 6));
      const statement = token === '\n' && isNew ? finish() : null;
      if (statement) yield statement;
      continue;
    }
    if (token.startsWith('#') || token.trim() === '') continue;
    start ??= { line, at: lineStart };
    if ('([{'.includes(token)) depth += 1;
    if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
    const breaks = token.split('\n');
    if (breaks.length > 1) {
      line += breaks.length - 1;
      lineStart = index + token.lastIndexOf('\n') + 1;
    }
    end = { line, column: index - lineStart + token.trimEnd().length };
  }
  const last = finish();
  if (last) yield last;
}
