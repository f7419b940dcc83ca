/** @file An error in `forward` keeps the shapes of the lines before it, and nothing that could be trained. */
import { expect, test } from 'vitest';
import { formatShapes } from '../../src/trace/formatShapes';
import { shapeHints } from '../../src/trace/shapeHints';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

/** `line  # shapes` for each line with a hint, when Net is called with 2×3×8×8; and what the error said. */
async function check(body: string, hints: string[], error: string): Promise<void> {
  const source = `${HEADER}class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.fc = nn.Linear(width, 4)
    def forward(self, x):
        x = self.conv(x)
        return self.fc(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.blocks = nn.ModuleList([Block(8), Block(4), Block(5)])
    def forward(self, x):
        ${body.replaceAll('\n', '\n        ')}
`;
  const lines = source.split('\n');
  const result = await trace(source, target('Net', {}, [2, 3, 8, 8]));
  expect(result.models).toEqual([]);
  expect(diagnosticsText(result).join('\n')).toContain(error);
  const shown = shapeHints(result, 'model.py').map(
    ({ line, outputs, isOneThing: counted }) =>
      `${lines[line - 1]!.trim()}  # ${formatShapes(outputs, { maxLength: 100, counted })}`,
  );
  expect(shown).toEqual(hints);
}

test('lines before the error have their shapes, its own line what went into it', () =>
  check(
    'y = self.conv(x)\nz = F.max_pool2d(y, 2)\nreturn torch.cat([y.flatten(2), z], 1)',
    [
      'self.conv = nn.Conv2d(3, 3, 3, padding=1)  # 3×8×8',
      'y = self.conv(x)  # 3×8×8',
      'z = F.max_pool2d(y, 2)  # 3×4×4',
      'return torch.cat([y.flatten(2), z], 1)  # 3×64',
    ],
    'Tensors must have same number of dimensions',
  ));

test('an error inside of a module: the line that called it gave nothing', () =>
  check(
    'x = F.relu(x)\nx = self.blocks[1](x)\nreturn x',
    [
      'self.conv = nn.Conv2d(3, 3, 3, padding=1)  # 3×8×8',
      'x = self.conv(x)  # 3×8×8',
      'x = F.relu(x)  # 3×8×8',
    ],
    'shapes cannot be multiplied',
  ));

test('a loop keeps the turns that went well', () =>
  check(
    'for block in self.blocks:\n    x = block(x)\nreturn x',
    [
      'self.conv = nn.Conv2d(3, 3, 3, padding=1)  # 3×8×8 → 3×8×4 (2 times)',
      'self.fc = nn.Linear(width, 4)  # 3×8×4 (2 times)',
      'x = self.conv(x)  # 3×8×8 → 3×8×4 (2 times)',
      'return self.fc(x)  # 3×8×4 (2 times)',
      'self.blocks = nn.ModuleList([Block(8), Block(4), Block(5)])  # 3×8×4',
      'x = block(x)  # 3×8×4 (2 times)',
    ],
    'shapes cannot be multiplied',
  ));

test("an exception of the user's own", () =>
  check(
    'x = self.conv(x)\nreturn undefined_name + x',
    ['self.conv = nn.Conv2d(3, 3, 3, padding=1)  # 3×8×8', 'x = self.conv(x)  # 3×8×8'],
    'undefined_name',
  ));

test('an error that forward catches interrupts nothing', async () => {
  const result = await trace(
    `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
    def forward(self, x):
        try:
            x = self.fc(x)
        except RuntimeError:
            pass
        return F.relu(x)
`,
    target('Net', {}, [2, 8]),
  );
  expect(diagnosticsText(result)).toEqual([]);
  expect(result.interrupted).toEqual([]);
  expect(result.models[0]!.graphs[0]!.output).toEqual({ shape: [2, 8], dtype: 'float32' });
});
