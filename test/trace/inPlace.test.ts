/** @file In-place ops and views: what is written through one name is read through all, as in PyTorch. */
import { expect, test } from 'vitest';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

function net(body: string): string {
  return `${HEADER}class Net(nn.Module):
    def forward(self, x):
        t = torch.arange(12).reshape(3, 4)
        ${body.split('\n').join('\n        ')}
`;
}

/** On known numbers: `answer` has these, which are PyTorch's. */
async function values(body: string, wanted: string): Promise<void> {
  const source = net(`${body}\nraise LookupError(str(answer.tolist()).replace(' ', ''))`);
  const result = await trace(source, target('Net', {}, [3, 4]));
  expect(diagnosticsText(result)[0]).toContain(`LookupError: ${wanted.replaceAll(' ', '')}`);
}

/** On unknown numbers: the ops that the output is made of. */
async function ops(body: string, wanted: string[]): Promise<void> {
  const result = await trace(net(body), target('Net', {}, [3, 4]));
  expect(diagnosticsText(result)).toEqual([]);
  expect(result.models[0]!.graphs[0]!.graph.nodes.map(({ op }) => op)).toEqual(wanted);
}

async function refused(body: string, wanted: string): Promise<void> {
  const result = await trace(net(body), target('Net', {}, [3, 4]));
  expect(diagnosticsText(result)).toEqual([expect.stringContaining(wanted)]);
}

test('a view reads what is written to its base, and the base what is written to a view', async () => {
  await values('v = t[1]\nt += 100\nanswer = v', '[104, 105, 106, 107]');
  await values('v = t[1]\nv += 100\nanswer = t', '[[0,1,2,3],[104,105,106,107],[8,9,10,11]]');
  await values('v = t.t()[0]\nv.mul_(10)\nanswer = t[:, 0]', '[0, 40, 80]');
  await values('v = t.view(-1)\nt[0, 1:3] = -1\nanswer = v[:4]', '[0, -1, -1, 3]');
  await values('a, b = t.split(2, 1)\na += 1\nb *= 2\nanswer = t[0]', '[1, 2, 4, 6]');
  await values('v = t.unsqueeze(0).flatten(1)\nv.zero_()\nanswer = t', '[[0,0,0,0],[0,0,0,0],[0,0,0,0]]');
});

test('copies do not', async () => {
  await values('v = t[[1]]\nv += 100\nanswer = t[1]', '[4, 5, 6, 7]');
  await values('v = t.t().reshape(-1)\nv += 100\nanswer = t[0]', '[0, 1, 2, 3]');
  await values('v = t.t().contiguous()\nv += 100\nanswer = t[0]', '[0, 1, 2, 3]');
  await values('v = t.clone()\nv += 100\nanswer = t[0]', '[0, 1, 2, 3]');
  await ops('v = x.flip(0)\nx.mul_(2)\nreturn v', ['flip', 'mul_scalar']);
});

test('two views, one after the other, and a view of a view', async () => {
  await values(
    'a, b = t[0], t[:, 0]\na += 100\nb += 1000\nanswer = t[:, :2]',
    '[[1100,101],[1004,5],[1008,9]]',
  );
  await values('a = t[1:]\nb = a[0]\nb[0] = -1\na += 10\nanswer = t[:, 0]', '[0, 9, 18]');
});

test('assigning to a part', async () => {
  await values('t[:, 0] = 7\nanswer = t[:, :2]', '[[7,1],[7,5],[7,9]]');
  await values('t[t > 5] = 0\nanswer = t', '[[0,1,2,3],[4,5,0,0],[0,0,0,0]]');
  await ops('x[:, 0] = 1\nreturn x', ['slice', 'reshape', 'slice', 'full', 'cat']);
});

test('ops for it appear only where a change is seen', async () => {
  await ops('v = x.view(-1)\nF.relu_(v)\nreturn v', ['reshape', 'relu']);
  await ops('v = x.view(-1)\nF.relu_(v)\nreturn x', ['reshape', 'relu', 'reshape']);
  await ops('v = x.view(-1)\nx.mul_(2)\nreturn v', ['reshape', 'mul_scalar', 'reshape']);
});

test('several elements in one place, and views that no strides give', async () => {
  await refused('x[:1].expand(3, 4).add_(1)\nreturn x', 'more than one element of the written-to tensor');
  await refused('return x.t().view(-1)', 'view size is not compatible');
});

test('masks of unknown numbers: one value is kept by where, several are refused', async () => {
  await ops('x[x > 0] = 0\nreturn x', ['gt_scalar', 'full', 'where']);
  await refused(
    'x[x > 0] = x.flatten()\nreturn x',
    'value-dependent: Assigning several values to a boolean mask',
  );
});
