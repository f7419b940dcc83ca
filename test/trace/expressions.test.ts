/** @file Hundreds of PyTorch expressions: the same types and the same words of error as real PyTorch. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HEADER, startTracing, target } from './tracing';

interface Expression {
  readonly expression: string;
  readonly types?: [number[], string][];
  readonly error?: string;
}

const goldens: Expression[] = JSON.parse(
  readFileSync(new URL('../golden/trace_expressions.json', import.meta.url), 'utf8'),
);
const { trace } = startTracing();

/** Evaluates every expression inside of one model call, and tells the results through an exception's message. */
const PROBE = `${HEADER}
import json
import torchvision.transforms.functional as TF

EXPRESSIONS = json.loads(${JSON.stringify(JSON.stringify(goldens.map(({ expression }) => expression)))})

def describe(expression, names):
    try:
        value = eval(expression, names)
    except Exception as error:
        return {"expression": expression, "error": str(error).split("\\n")[0]}
    values = value if isinstance(value, (tuple, list)) else [value]
    return {"expression": expression, "types": [[list(t.shape), str(t.dtype).removeprefix("torch.")] for t in values]}

class Probe(nn.Module):
    def forward(self, x, v, m):
        found = []
        for expression in EXPRESSIONS:
            names = {"torch": torch, "nn": nn, "F": F, "TF": TF, "x": x.clone(), "v": v.clone(), "m": m.clone(),
                     "i": x[:, 0].to(torch.int64)}
            found.append(describe(expression, names))
        raise LookupError(json.dumps(found))
`;

function asText({ expression, types, error }: Expression): string {
  return `${expression}  # ${error ?? JSON.stringify(types)}`;
}

test('expressions give the types and errors of PyTorch', async () => {
  const result = await trace(PROBE, target('Probe', {}, [2, 4, 8, 10], [4], [8, 10]));
  const message = result.diagnostics.find(({ message }) => message.startsWith('LookupError: '))?.message;
  expect(message, JSON.stringify(result.diagnostics)).toBeDefined();
  const found: Expression[] = JSON.parse(message!.slice('LookupError: '.length));
  expect(found.map(asText)).toEqual(goldens.map(asText));
});
