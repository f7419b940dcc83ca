/** @file While a file is half-typed it keeps its hints, in the real sandbox: what is shown when a text does not work. */
import { expect, test } from 'vitest';
import { LastGoodText } from '../../src/trace/lastGoodText';
import { ReadableTracer } from '../../src/trace/readableTrace';
import { shapeHints } from '../../src/trace/shapeHints';
import { fixture, startTracing } from './tracing';

const { trace } = startTracing();
const SOURCE = fixture('seed_unet.py');

/** Lines on screen with hints, after the edits, of which the last is looked at. */
async function hintLines(...texts: string[]): Promise<{ hinted: string[]; codes: string[]; runs: number }> {
  const tracer = new ReadableTracer(new LastGoodText());
  const known = new Map<string, ReturnType<typeof trace>>();
  const ask = (text: string) => {
    if (!known.has(text)) known.set(text, trace(text));
    return known.get(text)!;
  };
  await tracer.trace(SOURCE, ask);
  let seen = await tracer.trace(SOURCE, ask);
  for (const text of texts) {
    known.delete(text);
    seen = await tracer.trace(text, ask);
  }
  const screen = texts.at(-1)!.split('\n');
  const lines = shapeHints(seen.readable, 'model.py').map(({ line }) => seen.currentLine(line));
  return {
    hinted: lines.flatMap((line) => (line === null ? [] : [screen[line - 1]!.trim()])),
    codes: seen.result.diagnostics.map(({ code }) => code),
    runs: known.size,
  };
}

const typed = (found: string, text: string, source = SOURCE) => {
  expect(source).toContain(found);
  return source.replace(found, text);
};

test('a name begun, an attribute begun and a body deleted keep the hints around them', async () => {
  for (const [found, text] of [
    ['x = self.bottleneck(x)', 'x = sel'],
    ['x = self.bottleneck(x)', 'x = self.bottle'],
    ['            x = down(x)\n', '            x = down\n'],
    ['        return self.final_conv(x)', '        '],
    ['        return self.final_conv(x)', '        return self.final_conv'],
    ['self.pool = nn.MaxPool2d(kernel_size=2, stride=2)', 'self.pool = nn.Max'],
    ['    preds = model(x)', '    preds = mod'],
  ] as const) {
    const { hinted, runs } = await hintLines(typed(found, text));
    expect(hinted, text).toContain('x = self.pool(x)');
    expect(hinted, text).toContain('x = self.ups[idx](x)');
    expect(runs, text).toBe(2);
  }
});

test('what PyTorch refuses is shown as it is: hints stop at the error', async () => {
  const { hinted, codes } = await hintLines(typed('x = self.bottleneck(x)', 'x = self.bottleneck(x[:, :3])'));
  expect(codes).toContain('shape-mismatch');
  expect(hinted).toContain('x = self.pool(x)');
  expect(hinted).not.toContain('return self.final_conv(x)');
});

test('an edit that works counts at once, though another chunk is broken', async () => {
  const broken = typed('return self.conv(x)', 'return self.con');
  const { hinted } = await hintLines(broken, typed('x = self.pool(x)', 'x = self.pool(x).relu()', broken));
  expect(hinted).toContain('x = self.pool(x).relu()');
});
