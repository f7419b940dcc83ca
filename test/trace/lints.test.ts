/** @file Advice about models that trace: each lint where it belongs, and nothing about models that are right. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/graph/applyEdits';
import type { Diagnostic, TraceRequest } from '../../src/core/graph/tracedModel';
import { lints } from '../../src/core/lints/lints';
import { adviceExpected } from '../golden/lints';
import { mistakeFiles } from '../golden/mistakes';
import { fixture, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();
const files = mistakeFiles(readFileSync(new URL('../golden/lints.txt', import.meta.url), 'utf8'));

const firstLine = (text: string, { line, column, endLine, endColumn }: Diagnostic): string =>
  text.split('\n')[line - 1]!.slice(column, line === endLine ? endColumn : undefined);

async function adviceOn(text: string, of?: TraceRequest['target']): Promise<readonly Diagnostic[]> {
  const { advice, diagnostics } = await trace(text, of);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return advice!;
}

describe.each(Object.entries(files))('%s', (name, text) => {
  test('has its advice and no other', async () => {
    const [code] = name.split(':');
    const expected = adviceExpected[name];
    const found = await adviceOn(text);
    expect(
      found.map((each) => ({
        code: each.code,
        at: firstLine(text, each),
        fixes: (each.fixes ?? []).map(({ title }) => title),
      })),
    ).toEqual(expected ? [{ code, ...expected }] : []);
    for (const fix of found.flatMap(({ fixes }) => fixes ?? []))
      expect(await adviceOn(applyEdits({ 'model.py': text }, fix.edits)['model.py']!)).toEqual([]);
  });
});

test('every lint has an example, and every expectation a file', () => {
  const tested = new Set(Object.keys(adviceExpected).map((name) => name.split(':')[0]));
  expect([...tested].sort()).toEqual(Object.keys(lints).sort());
  expect(Object.keys(files)).toEqual(expect.arrayContaining(Object.keys(adviceExpected)));
});

/** An input of 161×161; a linear layer with bias before a batch norm. */
const trueAdvice: Readonly<Record<string, readonly string[]>> = {
  'seed_unet.py': ['input-not-divisible'],
  'lenet.py': ['bias-before-batch-norm'],
};

/** With a loss in the file, and batch norms behind convolutions: what lints look for is there, and right. */
test('nothing untrue is said about the golden models and those of the sample', async () => {
  const sample = (name: string): string =>
    readFileSync(new URL(`../../media/sample/${name}`, import.meta.url), 'utf8');
  const golden = readdirSync(new URL('../golden/models', import.meta.url)).filter((name) =>
    name.endsWith('.py'),
  );
  for (const [name, text] of [
    ...golden.map((file) => [file, fixture(file)] as const),
    ...['unet.py', 'tiny_cnn.py'].map((file) => [file, sample(file)] as const),
  ]) {
    const advice = (await trace(`${text}\nimport torch\ncriterion = torch.nn.CrossEntropyLoss()\n`)).advice!;
    expect([name, advice.map(({ code }) => code)]).toEqual([name, trueAdvice[name] ?? []]);
  }
  const divisible = target('UNET', {}, [1, 3, 160, 160]);
  expect(await adviceOn(fixture('seed_unet.py'), divisible)).toEqual([]);
});

test("nothing is said about torchvision's models", async () => {
  const text = `${HEADER}from torchvision.models import mobilenet_v3_small, resnet18, vgg11_bn\n
def make(name):
    return {"resnet18": resnet18, "vgg11_bn": vgg11_bn, "mobilenet_v3_small": mobilenet_v3_small}[name](num_classes=10)

class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.features = make(name)
    def forward(self, x):
        return self.features(x)

criterion = nn.CrossEntropyLoss()
`;
  for (const name of ['resnet18', 'vgg11_bn', 'mobilenet_v3_small'])
    expect(await adviceOn(text, target('Net', { name }, [2, 3, 64, 64]))).toEqual([]);
});
