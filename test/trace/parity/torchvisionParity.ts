/**
 * @file Runs torchvision's own source files, unmodified, through our torch in the real sandbox and compares every
 * model builder with what real PyTorch said (test/golden/torchvision.json). Writes torchvision.md beside this file.
 *
 *   npm run parity -- [--torchvision FOLDER] [--only NAME,NAME] [--python PYTHON]
 *
 * `--torchvision`: the installed package; its release must be the one that the goldens name.
 * `--only`: builders to compare; the report is then printed, not written.
 * `--python`: a Python with torch and torchvision, asked for the whole text where a digest differs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { inRepository } from '../../../src/build/repository.mjs';
import type { TraceResult } from '../../../src/core/graph/tracedModel';
import { TraceClient } from '../../../src/trace/traceClient';
import golden from '../../golden/torchvision.json';
import { compareModel } from './compareModel';

type Case = (typeof golden.cases)[number];

const FOLDERS = [
  '/usr/lib/python3/dist-packages/torchvision',
  '/usr/lib/python3.11/site-packages/torchvision',
];
/** Whole models of thousands of ops, on machines that are busy. */
const TIMEOUT_MS = 300_000;

const { values } = parseArgs({
  options: {
    torchvision: { type: 'string', default: FOLDERS.find((folder) => existsSync(folder)) },
    only: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
if (!values.torchvision) throw new Error('Name the folder of an installed torchvision: --torchvision FOLDER');
const release = readFileSync(`${values.torchvision}/version.py`, 'utf8').match(
  /__version__ = '([^'+]+)/,
)?.[1];
if (release !== golden.versions.torchvision)
  throw new Error(`The goldens are of torchvision ${golden.versions.torchvision}; this is ${release}.`);

const environment = { name: 'parity', folders: [dirname(values.torchvision)], stamp: '' };
const only = values.only?.split(',');
const cases = golden.cases.filter(({ builder }) => !only || only.includes(builder));
const client = new TraceClient(inRepository('dist'));
const rows: string[] = [];
let unequal = 0;
for (const wanted of cases) {
  const { row, equal } = await compare(wanted);
  if (!equal) unequal++;
  rows.push(row);
  console.log(row);
}
await client.dispose();

const equalCases = cases.length - unequal;
const compared = cases.reduce((total, wanted) => total + wanted.train.calls + wanted.eval.calls, 0);
const report = `# torchvision ${golden.versions.torchvision} against PyTorch ${golden.versions.torch}

torchvision's own files, unmodified, ran through CNN Lab's \`torch\` in its sandbox. A line is a builder and an input. Compared
are the number of parameters, each entry of \`state_dict\` (name, shape, type, order), and of each module call in train and
in eval mode its path, class, order, and the shape and type of each output. Made by \`npm run parity\`; how the other side
was made says \`test/golden/make_torchvision_goldens.py\`. Of detection models it is the backbone.

${equalCases} of ${cases.length} cases (${new Set(cases.map(({ builder }) => builder)).size} builders) are equal, ${compared} module calls among them.

| builder | input | parameters | entries | calls in train | calls in eval | |
|---|---|---:|---:|---:|---:|---|
${rows.join('\n')}
`;
if (only) console.log(`${equalCases} of ${cases.length} equal`);
else writeFileSync(new URL('torchvision.md', import.meta.url), report);
process.exitCode = unequal === 0 ? 0 : 1;

async function compare(wanted: Case): Promise<{ row: string; equal: boolean }> {
  const difference = compareModel(wanted, await trace(wanted), () => dump(wanted));
  const cells = [
    wanted.builder + argumentsText(wanted.args),
    wanted.input.join('×'),
    wanted.parameters.toLocaleString('en'),
    wanted.entries,
    wanted.train.calls,
    wanted.eval.calls,
    difference ?? 'equal',
  ];
  return { row: `| ${cells.join(' | ')} |`, equal: difference === null };
}

function argumentsText(args: object): string {
  const texts = Object.entries(args)
    .filter(([name]) => name !== 'weights_backbone')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return texts.length > 0 ? ` (${texts.join(', ')})` : '';
}

function trace({ kind, builder, args, input }: Case): Promise<TraceResult> {
  const entry = [
    'from torchvision.models import get_model',
    'def build(**arguments):',
    `    model = get_model(${JSON.stringify(builder)}, weights=None, **arguments)`,
    `    return model${kind === 'detection' ? '.backbone' : ''}`,
  ].join('\n');
  const inputs = [{ shape: input, dtype: 'float32' as const }];
  return client.trace(
    {
      files: { 'entry.py': entry },
      entry: 'entry.py',
      environment,
      target: {
        name: 'build',
        args: args as Record<string, unknown>,
        runs: [
          { mode: 'train', inputs },
          { mode: 'eval', inputs },
        ],
      },
    },
    { timeoutMs: TIMEOUT_MS },
  );
}

/** Real PyTorch's text, where a Python that has it is at hand. */
function dump({ builder, args, input }: Case): string | null {
  const script = inRepository('test', 'golden', 'make_torchvision_goldens.py');
  const { status, stdout } = spawnSync(values.python, [script, '--dump', builder], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const header = `${JSON.stringify(args)} ${JSON.stringify(input)}`;
  return status === 0 ? (stdout.split('== ').find((part) => part.startsWith(`${header}\n`)) ?? null) : null;
}
