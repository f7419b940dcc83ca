/** @file What a model is called with: who says so, how it is changed, and that it is remembered. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Dataset } from '../../src/core/dataset/dataset';
import { commandIds } from '../../src/host/commands/commandIds';
import { makeDraft } from '../../src/host/training/makeDraft';
import { InputChoices } from '../../src/host/workspace/inputChoices';
import {
  activated,
  diagnosticsOf,
  eventually,
  hintsOf,
  lensesOf,
  lineOf,
  openText,
  workspaceUri,
} from './editing';

const seed = () => workspaceUri('seed_unet.py');
const set = (file: vscode.Uri, model: string, text: string) =>
  vscode.commands.executeCommand(commandIds.setInput, { file, model }, text);

async function check(
  document: vscode.TextDocument,
  code: string,
  hint: string,
  input: string,
): Promise<void> {
  await eventually(
    async () => (await hintsOf(document)).get(lineOf(document, code)),
    (seen) => seen?.startsWith(hint) === true,
    `the hint ${hint}`,
  );
  const lenses = await lensesOf(document);
  assert(
    lenses.some(({ title }) => title === `input ${input} $(chevron-down)`),
    `a lens with ${input} among ${lenses.map(({ title }) => title).join(', ')}`,
  );
}

/** The first row of the list, once it is there. */
async function useWhatTheFileSays(file: vscode.Uri, model: string): Promise<void> {
  const ended = vscode.commands.executeCommand(commandIds.setInput, { file, model }).then(() => true);
  await eventually(
    async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return Promise.race([ended, new Promise((wake) => setTimeout(() => wake(false), 200))]);
    },
    (seen) => seen === true,
    'the list of inputs',
  );
}

async function inputTooltip(document: vscode.TextDocument): Promise<string> {
  const lens = (await lensesOf(document)).find(({ title }) => title.startsWith('input '));
  return lens?.tooltip ?? '';
}

describe('the input of a model', () => {
  before(activated);

  it('stands above its class, with parameters, MACs and what to do', async () => {
    const { document } = await vscode.window.showTextDocument(seed());
    await eventually(
      () => hintsOf(document),
      (seen) => seen.size > 5,
      'hints',
    );
    const lenses = await lensesOf(document);
    const above = (line: number) => lenses.filter((lens) => lens.line === line).map(({ title }) => title);
    assert.deepEqual(above(lineOf(document, 'class UNET')), [
      '31.0 M parameters · 18.8 G MACs',
      'input 1×161×161 $(chevron-down)',
      '$(play) Train',
      '$(type-hierarchy) Diagram',
    ]);
    assert.deepEqual(above(lineOf(document, 'class DoubleConv')), ['9 in UNET · 28.3 M parameters']);
    assert.match(await inputTooltip(document), /3×1×161×161 \(batch first\), from this file's own test code/);
  });

  it('is what the user chooses, for hints and lens alike; a parameter for channels follows it', async () => {
    const { document } = await vscode.window.showTextDocument(seed());
    await set(seed(), 'UNET', '1×1×64×64');
    await check(document, 'x = self.pool(x)', '64×32×32 → 128×16×16', '1×64×64');
    assert.match(await inputTooltip(document), /chosen here\. Click to change/);
    await set(seed(), 'UNET', '2x3x64x64');
    await check(document, 'x = self.pool(x)', '64×32×32 → 128×16×16', '3×64×64');
    assert.deepEqual(diagnosticsOf(document.uri), []);
  });

  it('is what the file says once the user wants that again', async () => {
    const { document } = await vscode.window.showTextDocument(seed());
    await useWhatTheFileSays(seed(), 'UNET');
    await check(document, 'x = self.pool(x)', '64×80×80 → 128×40×40', '1×161×161');
  });

  it('comes from an experiment that names the class, as long as there is one', async () => {
    const small = workspaceUri('models', 'small.py');
    const { document } = await vscode.window.showTextDocument(small);
    await check(document, 'x = self.stem(x)', '8×4×4', '3×4×4');
    const file = workspaceUri('small.cnnlab.json');
    const text =
      '{ "model": "models/small.py:Small", "dataset": "none", "input": [1, 24, 32], "args": { "in_channels": 1 } }';
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    await check(document, 'x = self.stem(x)', '8×24×32', '1×24×32');
    assert.match(await inputTooltip(document), /from small\.cnnlab\.json/);
    await set(small, 'Small', '1×3×12×12');
    await check(document, 'x = self.stem(x)', '8×12×12', '3×12×12');
    await vscode.workspace.fs.delete(file);
    await useWhatTheFileSays(small, 'Small');
    await check(document, 'x = self.stem(x)', '8×4×4', '3×4×4');
  });

  it('is asked for where nothing says it', async () => {
    const editor = await openText(
      'silent.py',
      'import torch.nn as nn\n\n\nclass Silent(nn.Module):\n    def __init__(self, in_channels):\n        super().__init__()\n        self.conv = nn.Conv2d(in_channels, 4, 3)\n\n    def forward(self, x):\n        return self.conv(x)\n',
    );
    const { document } = editor;
    const titles = await eventually(
      async () => (await lensesOf(document)).map(({ title }) => title),
      (seen) => seen.length > 0,
      'lenses',
    );
    assert.deepEqual(titles, ['Set input shape…', '$(play) Train', '$(type-hierarchy) Diagram']);
    await set(document.uri, 'Silent', '1×5×9×9');
    await check(document, 'return self.conv(x)', '4×7×7', '5×9×9');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('is remembered by the workspace, by file and class', async () => {
    const stored = new Map<string, unknown>();
    const memory: vscode.Memento = {
      keys: () => [...stored.keys()],
      get: <T>(key: string, standard?: T) => (stored.get(key) as T | undefined) ?? (standard as T),
      // As VS Code does between two windows.
      update: async (key, value) => void stored.set(key, JSON.parse(JSON.stringify(value))),
    };
    const choice = { inputs: [{ shape: [1, 3, 8, 8], dtype: 'float32' as const }], args: { depth: 2 } };
    await new InputChoices(memory).choose(seed(), 'UNET', choice);
    const reloaded = new InputChoices(memory);
    assert.deepEqual(reloaded.of(seed(), 'UNET').user, choice);
    assert.deepEqual(reloaded.of(seed(), 'DoubleConv'), {});
    assert.deepEqual(reloaded.of(workspaceUri('models', 'small.py'), 'UNET'), {});
    await reloaded.forget(seed(), 'UNET');
    assert.deepEqual(new InputChoices(memory).of(seed(), 'UNET'), {});
  });

  it('is what the Train form begins with', () => {
    const parameters = [{ name: 'in_channels', default: { text: '3', value: 3 } }, { name: 'depth' }];
    const range = { file: 'net.py', line: 1, column: 0, endLine: 1, endColumn: 9 };
    const candidate = {
      name: 'Net',
      kind: 'class',
      range,
      parameters,
      example: null,
      usedByOthers: false,
    } as const;
    const dataset: Dataset = {
      root: '/cells',
      name: 'cells',
      task: 'classification',
      samples: [],
      validation: null,
      classes: ['a', 'b'],
      maskEncoding: null,
      channels: 3,
      typicalSize: { width: 64, height: 64 },
      problems: [],
    };
    const form = (choice: Parameters<typeof makeDraft>[0]['choice']) =>
      makeDraft({
        modelFile: 'net.py',
        candidate,
        dataset,
        datasetSummary: '',
        datasetPath: 'cells',
        device: 'auto',
        choice,
      }).experiment;
    assert.equal(form(null).args.depth, undefined);
    const chosen = form({ inputs: [{ shape: [1, 1, 40, 48], dtype: 'float32' }], args: { depth: 4 } });
    assert.deepEqual(chosen.input, [1, 40, 48]);
    assert.deepEqual(chosen.args, { in_channels: 1, depth: 4 });
    assert.deepEqual(
      form({ inputs: [{ shape: [7, 9], dtype: 'float32' }], args: {} }).input,
      form(null).input,
    );
  });
});
