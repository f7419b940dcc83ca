/** @file Where a file's classes assign `self.NAME = …`, whoever builds the module: a helper function, too. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';

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

export function fileClasses(text: string): FileClasses {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const direct = new Map<string, string[]>();
  const assignments: AttributeAssignment[] = [];
  const textOf = (node: SyntaxNode) => text.slice(node.from, node.to);
  const classes: string[] = [];
  parser.parse(text).iterate({
    enter(reference) {
      const { node } = reference;
      if (node.name === 'ClassDefinition') {
        const name = node.getChild('VariableName');
        classes.push(name ? textOf(name) : '');
        const args = node.getChild('ArgList');
        direct.set(classes.at(-1)!, args ? args.getChildren('VariableName').map(textOf) : []);
      }
      const className = classes.at(-1);
      if (node.name !== 'AssignStatement' || className === undefined) return;
      const target = node.firstChild;
      const match = target?.name === 'MemberExpression' && /^self\s*\.\s*(\w+)$/.exec(textOf(target));
      if (!match) return;
      const [start, end] = [place(lineStarts, node.from), place(lineStarts, node.to)];
      assignments.push({
        className,
        attribute: match[1]!,
        line: start.line,
        column: start.column,
        endLine: end.line,
        endColumn: end.column,
      });
    },
    leave({ name }) {
      if (name === 'ClassDefinition') classes.pop();
    },
  });
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

function place(lineStarts: readonly number[], offset: number): { line: number; column: number } {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - lineStarts[low]! };
}
