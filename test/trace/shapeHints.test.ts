/** @file What stands at the ends of lines: where layers are built, where they are called, and what comes as several tensors. */
import { expect, test } from 'vitest';
import { formatShapes } from '../../src/trace/formatShapes';
import { shapeHints } from '../../src/trace/shapeHints';
import { HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

/** `line  # hint` for each line with a hint, when Net is called with an input of this shape. */
async function check(
  source: string,
  input: number[],
  hints: string[],
  format: { batch?: boolean; maxLength?: number } = {},
): Promise<void> {
  const text = HEADER + source;
  const lines = text.split('\n');
  const result = await trace(text, target('Net', {}, input));
  expect(result.diagnostics).toEqual([]);
  const shown = shapeHints(result, 'model.py', text).map(
    ({ line, outputs, batch: batchSize, isOneThing: counted }) =>
      `${lines[line - 1]!.trim()}  # ${formatShapes(outputs, { batchSize, counted, maxLength: 100, ...format })}`,
  );
  expect(shown).toEqual(hints);
}

test('layers that helper functions and methods build are told where an attribute takes them', () =>
  check(
    `
def conv3x3(i, o, stride=1):
    return nn.Conv2d(i, o, 3, stride, 1, bias=False)

class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = conv3x3(i, o, stride)
        self.relu = nn.ReLU(inplace=True)
        if stride > 1:
            self.skip = conv3x3(i, o, stride)
        else:
            self.skip = nn.Identity()
    def forward(self, x):
        return self.relu(self.conv1(x) + self.skip(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = self.make(3, 8, 1)
        self.layer2 = self.make(8, 16, 2)
    def make(self, i, o, stride):
        layers = [Block(i, o, stride), Block(o, o, 1)]
        return nn.Sequential(*layers)
    def forward(self, x):
        return self.layer2(self.layer1(x))
`.replace('self.skip = nn.Identity()', 'self.skip = conv3x3(i, o, 1)'),
    [2, 3, 16, 16],
    [
      'return nn.Conv2d(i, o, 3, stride, 1, bias=False)  # 8×16×16 (4 times) → 16×8×8 (4 times)',
      'self.conv1 = conv3x3(i, o, stride)  # 8×16×16 (2 times) → 16×8×8 (2 times)',
      'self.relu = nn.ReLU(inplace=True)  # 8×16×16 (2 times) → 16×8×8 (2 times)',
      'return self.relu(self.conv1(x) + self.skip(x))  # 8×16×16 (2 times) → 16×8×8 (2 times)',
      'self.layer1 = self.make(3, 8, 1)  # 8×16×16',
      'self.layer2 = self.make(8, 16, 2)  # 16×8×8',
      'layers = [Block(i, o, stride), Block(o, o, 1)]  # 8×16×16 → 16×8×8',
      'return nn.Sequential(*layers)  # 8×16×16 → 16×8×8',
      'return self.layer2(self.layer1(x))  # 16×8×8',
    ],
  ));

test('of two branches that assign an attribute, the one that ran is told', () =>
  check(
    `
class Net(nn.Module):
    def __init__(self, deep=True):
        super().__init__()
        if deep:
            self.head = nn.Conv2d(3, 4, 3)
        else:
            self.head = nn.Conv2d(3, 5, 1)
    def forward(self, x):
        return self.head(x)
`,
    [1, 3, 8, 8],
    ['self.head = nn.Conv2d(3, 4, 3)  # 4×6×6', 'return self.head(x)  # 4×6×6'],
  ));

test('every member of tuples, lists and dicts', () =>
  check(
    `
class Branches(nn.Module):
    def forward(self, x):
        return {'out': x, 'pooled': [F.max_pool2d(x, 2), None]}

class Pair(nn.Module):
    def forward(self, x):
        return x, x[:, :2]

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = Pair()
        self.branches = Branches()
    def forward(self, x):
        a, b = self.pair(x)
        q, k, v = a.chunk(3, dim=1)
        values, places = q.max(dim=3)
        return self.branches(b)
`,
    [2, 6, 8, 8],
    [
      "return {'out': x, 'pooled': [F.max_pool2d(x, 2), None]}  # 2×4×4",
      'return x, x[:, :2]  # 2×8×8',
      'self.pair = Pair()  # (6×8×8, 2×8×8)',
      'self.branches = Branches()  # {out: 2×8×8, pooled: [2×4×4, None]}',
      'a, b = self.pair(x)  # (6×8×8, 2×8×8)',
      'q, k, v = a.chunk(3, dim=1)  # (2×8×8, 2×8×8, 2×8×8)',
      'values, places = q.max(dim=3)  # (2×8, 2×8)',
      'return self.branches(b)  # {out: 2×8×8, pooled: [2×4×4, None]}',
    ],
  ));

const windows = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 4, 4)
    def forward(self, x):
        x = self.conv(x)
        x = x.reshape(-1, 4, 2, 2)
        return x.mean()
`;

test('the batch is left out, and a first dimension that is no batch is not', () =>
  check(
    windows,
    [3, 3, 16, 16],
    [
      'self.conv = nn.Conv2d(3, 4, 4, 4)  # 4×4×4',
      'x = self.conv(x)  # 4×4×4',
      'x = x.reshape(-1, 4, 2, 2)  # 12×4×2×2',
      'return x.mean()  # scalar',
    ],
  ));

test('the batch is shown where asked for, and what is too long is cut', () =>
  check(
    windows,
    [3, 3, 16, 16],
    [
      'self.conv = nn.Conv2d(3, 4, 4, 4)  # 3×4×4×4',
      'x = self.conv(x)  # 3×4×4×4',
      'x = x.reshape(-1, 4, 2, 2)  # 12×4×2×2',
      'return x.mean()  # scalar',
    ],
    { batch: true, maxLength: 10 },
  ));

test('a sequence that is too long ends in an ellipsis, and so does a single long one', () => {
  const image = (size: number) => ({ shape: [1, 8, size, size], dtype: 'float32' as const });
  expect(formatShapes([image(64), image(32), image(16)], { maxLength: 18 })).toBe('8×64×64 → …');
  expect(formatShapes([image(64), image(64)], { maxLength: 18 })).toBe('8×64×64 (2 times)');
  expect(formatShapes([image(64), image(64), image(32)], { maxLength: 18 })).toBe('8×64×64 → 8×32×32');
  expect(formatShapes([{ tuple: [image(64), image(32), image(16)] }], { maxLength: 18 })).toBe(
    '(8×64×64, 8×32×32…',
  );
});
