/** @file Mistakes are told in PyTorch's words, with what to do; a quick fix that is offered mends the file. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/graph/applyEdits';
import { expectations, mistakeFiles } from '../golden/mistakes';
import { startTracing } from './tracing';

const { trace } = startTracing();
const golden = (name: string): string => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const files = mistakeFiles(golden('mistakes.txt'));
const pytorch = JSON.parse(golden('mistakes.json')) as Record<string, { error: string; message: string }>;

/** Where our words are other than PyTorch 1.13's, which lists the signatures of a C++ function. */
const ownWords: Readonly<Record<string, string>> = {
  'cat-not-a-list': "TypeError: cat() got multiple values for argument 'dim'",
  'float-size':
    "TypeError: empty(): argument 'size' must be tuple of ints, but found element of type float at pos 1",
  'list-into-layer': "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not list",
  'tuple-into-layer': "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not tuple",
};

test('the table is of all files', () => {
  expect(Object.keys(expectations)).toEqual(Object.keys(files));
  expect(Object.keys(pytorch)).toEqual(Object.keys(files));
});

describe.each(Object.keys(files))('%s', (name) => {
  test('says what it is and what to do', async () => {
    const text = files[name]!;
    const { diagnostics } = await trace(text);
    const { error, message } = pytorch[name]!;
    expect(diagnostics.map((found) => found.message)).toEqual([
      expect.stringContaining(ownWords[name] ?? message),
    ]);
    const found = diagnostics[0]!;
    if (!ownWords[name] && !found.message.startsWith(message)) expect(found.message).toContain(`${error}: `);
    const at = text.split('\n')[found.line - 1]!.slice(found.column, found.endColumn);
    expect({
      code: found.code,
      at,
      hint: found.hint ?? '',
      fixes: (found.fixes ?? []).map(({ title }) => title),
    }).toEqual(expectations[name]);
    for (const fix of found.fixes ?? []) {
      const mended = applyEdits({ 'model.py': text }, fix.edits);
      const after = await trace(mended);
      expect(after.diagnostics.map(({ code }) => code)).toEqual([]);
    }
  });
});
