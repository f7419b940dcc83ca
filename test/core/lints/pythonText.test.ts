/** @file What is code, what is a call's argument, and where a comment goes: the little of Python that lints read. */
import { expect, test } from 'vitest';
import { ignoredCodes, ignoringComment } from '../../../src/core/lints/ignoringComment';
import { callParts, codeOnly, functionAround } from '../../../src/core/lints/pythonText';

test('comments and strings are blanked, offsets kept', () => {
  const text = 'a = "# no" # yes\nb = \'\'\'it\'s\n"x"\'\'\' + f(r"\\"")\n';
  const spaceless = (code: string): string => code.replace(/ +/g, ' ');
  expect(spaceless(codeOnly(text))).toBe('a = \nb = \n + f( )\n');
  expect(spaceless(codeOnly(text, true))).toBe(text.replace('# yes', ''));
  expect(codeOnly(text)).toHaveLength(text.length);
});

test('the parts of a call, with brackets, strings and comments among its arguments', () => {
  const text = 'x = nn.Conv2d(3, f(1, 2),  # a, b)\n  mode=",)",\n)';
  const parts = callParts(text, 4, text.length)!;
  expect(parts.callee).toBe('nn.Conv2d');
  expect(parts.args.map(({ start, end }) => text.slice(start, end))).toEqual(['3', 'f(1, 2)', 'mode=",)"']);
  expect(parts.hasTrailingComma).toBe(true);
  expect(callParts('f(x).g(1)', 0, 9)?.callee).toBe('f(x).g');
  expect(callParts('f()', 0, 3)).toMatchObject({ args: [], lastEnd: 2 });
  expect(callParts('(x + y)', 0, 7)).toBeNull();
  expect(callParts('x + y', 0, 5)).toBeNull();
});

test('the function around a line', () => {
  const text = 'class A:\n    def f(self):\n        x = 1\n\n        y = 2\n    def g(self):\n        pass\n';
  expect(functionAround(text, 5)).toEqual({ first: 2, end: 6 });
  expect(functionAround(text, 7)).toMatchObject({ first: 6 });
  expect(functionAround(text, 1)).toBeNull();
});

test('a line ignores one code, then two', () => {
  const line = '    self.fc = nn.Linear(3, 4)  ';
  const add = (before: string, code: string): string => {
    const { column, text } = ignoringComment(before, code);
    return before.slice(0, column) + text + before.slice(column);
  };
  const once = add(line, 'unused-layer');
  expect(once.trimEnd()).toBe('    self.fc = nn.Linear(3, 4)  # cnnlab: ignore[unused-layer]');
  expect(ignoredCodes(add(once, 'no-output'))).toEqual(['unused-layer', 'no-output']);
  expect(ignoredCodes('x = 1  # cnnlab: input=(1, 3)')).toEqual([]);
});
