/** @file Faults of a model file at their lines, and gone when they are mended. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, diagnosticsOf, eventually, hintsOf, lineOf, openText, setText } from './editing';

const head = 'import torch\nimport torch.nn as nn\n\n\n';
const good = `${head}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x):
        x = self.a(x)
        return self.b(x)


def test():
    Net()(torch.randn(1, 3, 16, 16))
`;

async function check(name: string, broken: string, at: string, message: RegExp): Promise<void> {
  const editor = await openText(name, broken);
  const { document } = editor;
  const found = await eventually(
    () => diagnosticsOf(document.uri),
    (seen) => seen.some(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
    `a diagnostic in ${name}`,
  );
  const error = found.find((each) => each.severity === vscode.DiagnosticSeverity.Error);
  assert(error);
  assert.equal(error.range.start.line + 1, lineOf(document, at));
  assert.match(error.message, message);
  await setText(editor, good);
  await eventually(
    () => diagnosticsOf(document.uri),
    (seen) => seen.length === 0,
    `an empty list of diagnostics for the mended ${name}`,
  );
  const hints = await eventually(
    () => hintsOf(document),
    (seen) => seen.size > 0,
    `hints of the mended ${name}`,
  );
  assert.match(hints.get(lineOf(document, 'return self.b(x)')) ?? '', /4×16×16/);
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

describe('diagnostics', () => {
  before(activated);

  it('name a syntax error, and go when it is mended', () =>
    check(
      'syntax.py',
      good.replace('x = self.a(x)', 'x = self.a(x))'),
      'x = self.a(x))',
      /unmatched|invalid syntax/i,
    ));

  it('name a shape mismatch in the words of PyTorch', () =>
    check(
      'mismatch.py',
      good.replace('nn.Conv2d(8, 4', 'nn.Conv2d(16, 4'),
      'return self.b(x)',
      /expected input\[1, 8, 16, 16\] to have 16 channels, but got 8 channels/,
    ));

  it('stop a file that runs forever, and go on when it is mended', () =>
    check('forever.py', `${good}\nwhile True: pass\n`, 'while True', /still running/)).timeout(90_000);
});
