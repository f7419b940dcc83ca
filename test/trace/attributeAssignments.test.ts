/** @file Which attributes the classes of a file assign, and where those statements end. */
import { expect, test } from 'vitest';
import { fileClasses } from '../../src/trace/attributeAssignments';

function check(text: string, wanted: string[]): void {
  const { assignments } = fileClasses(text);
  expect(
    assignments.map(
      ({ className, attribute, line, column, endLine, endColumn }) =>
        `${className}.${attribute} ${line}:${column}-${endLine}:${endColumn}`,
    ),
  ).toEqual(wanted);
}

test('statements end where their brackets and strings do', () =>
  check(
    `class A(nn.Module):
    """self.no = 1"""
    def __init__(self):
        self.a = nn.Conv2d(3, 4, 3)  # a comment (with a bracket
        self.b: nn.Module = nn.Sequential(
            nn.ReLU(),  # ")"
        )
        self.c = "(" + '''
self.no = 2
'''
        self.d = 1 + \\
            2
        if self.e == 3: pass
        x = self.f = 4
        self.g[0] = 5
`,
    ['A.a 4:8-4:35', 'A.b 5:8-7:9', 'A.c 8:8-10:3', 'A.d 11:8-12:13'],
  ));

test('classes end where their indentation does, and may stand in each other', () =>
  check(
    `class A:
    def f(self):
        self.a = 1
    class B:
        def f(self):
            self.b = 1
    def g(self):
        self.c = 1
def h(self):
    self.no = 1
class C(A): pass
class D(C, nn.Module):
    def f(self): self.no = 2
    def g(self):
        self.d = 1`,
    ['A.a 3:8-3:18', 'B.b 6:12-6:22', 'A.c 8:8-8:18', 'D.d 15:8-15:18'],
  ));

test('a bracket that is still open does not swallow the next class', () =>
  check(
    `class A:
    def f(self):
        self.a = g(1,
class B:
    def f(self):
        self.b = 1
`,
    ['A.a 3:8-3:21', 'B.b 6:8-6:18'],
  ));

test('bases of the same file, nearest first', () => {
  const { bases } = fileClasses('class A(nn.Module): pass\nclass B(A): pass\nclass C(B, Mixin): pass\n');
  expect(bases.get('C')).toEqual(['C', 'B', 'A']);
});
