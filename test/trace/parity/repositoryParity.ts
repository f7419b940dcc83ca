/**
 * @file Traces the model files of well-known repositories, as they are, and compares each with what real PyTorch said
 * (test/golden/repositories.json). Writes repositories.md beside this file.
 *
 *   npm run parity:repositories -- --repositories FOLDER --packages FOLDER [--only TEXT] [--python PYTHON]
 *
 * `--repositories`: a folder in which each repository of repositories.json stands as `owner__name`, at its commit.
 * `--packages`: a folder that holds what the files import: einops, timm.
 * `--only`: entries whose repository, file or model contains it; the report is then printed, not written.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { inRepository } from '../../../src/build/repository.mjs';
import { TraceClient } from '../../../src/trace/traceClient';
import goldens from '../../golden/repositories.json';
import { compareModel, type Description } from './compareModel';
import entries from './repositories.json';

type Entry = (typeof entries)[number];

const { values } = parseArgs({
  options: {
    repositories: { type: 'string' },
    packages: { type: 'string' },
    only: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const { repositories, packages, only } = values;
if (!repositories || !packages) throw new Error('Name --repositories FOLDER and --packages FOLDER.');
const TIMEOUT_MS = 120_000;

const client = new TraceClient(inRepository('dist'));
const environment = { name: 'parity', folders: [packages], stamp: '' };
const rows: string[] = [];
const refused: string[] = [];
let [equal, calls] = [0, 0];
for (const [number, entry] of entries.entries()) {
  const { repository, file, model, args, input } = entry;
  if (only && ![repository, file, model].some((text) => text.includes(only))) continue;
  const golden = goldens[number] as Description | { refused: string };
  if ('refused' in golden) {
    refused.push(`- ${repository} \`${file}\` ${model}: ${golden.refused}`);
    continue;
  }
  const result = await client.trace(requestFor(entry), { timeoutMs: TIMEOUT_MS });
  const difference = compareModel(golden, result, () => dump(number));
  if (difference === null) {
    equal++;
    calls += golden.train.calls + golden.eval.calls;
  }
  const cells = [
    `[${repository}](https://github.com/${repository}/tree/${entry.commit})`,
    `\`${entry.root ? `${entry.root}/` : ''}${file}\``,
    `${model}${argumentsText(args)}`,
    input.join('×'),
    golden.parameters.toLocaleString('en'),
    golden.entries,
    `${golden.train.calls} + ${golden.eval.calls}`,
    difference ?? 'equal',
  ];
  rows.push(`| ${cells.join(' | ')} |`);
  if (only || difference !== null) console.log(rows.at(-1));
}
await client.dispose();
console.log(`${equal} of ${rows.length} equal`);
if (!only) writeFileSync(new URL('repositories.md', import.meta.url), report());
process.exitCode = equal === rows.length ? 0 : 1;

function requestFor({ repository, root, file, model, args, input }: Entry) {
  const folder = join(repositories!, repository.replace('/', '__'), root);
  const module = file.replace(/\.py$/, '').replaceAll('/', '.');
  const build = `from ${module} import ${model} as model
def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value
def build(**arguments):
    return model(**{name: as_tuples(value) for name, value in arguments.items()})
`;
  const inputs = [{ shape: input, dtype: 'float32' as const }];
  const runs = [
    { mode: 'train' as const, inputs },
    { mode: 'eval' as const, inputs },
  ];
  return {
    files: { ...pythonFiles(folder), 'parity_entry.py': build },
    entry: 'parity_entry.py',
    environment,
    target: { name: 'build', args, runs },
  };
}

/** Every `.py` below a folder, by POSIX path. */
function pythonFiles(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.py'),
  );
  return Object.fromEntries(
    paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')]),
  );
}

function argumentsText(args: object): string {
  const texts = Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return texts.length > 0 ? ` (${texts.join(', ')})` : '';
}

function dump(number: number): string | null {
  const script = inRepository('test', 'golden', 'make_repository_goldens.py');
  const { status, stdout } = spawnSync(
    values.python,
    [script, repositories!, packages!, '--dump', String(number)],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return status === 0 ? stdout : null;
}

function report(): string {
  const names = new Set(entries.map(({ repository }) => repository));
  return `# Model files of well-known repositories against PyTorch

Files of ${names.size} repositories, as they are, ran through CNN Lab's \`torch\` in its sandbox (einops and timm read from an environment).
Compared with PyTorch 1.13.1 are the number of parameters, each entry of \`state_dict\` (name, shape, type, order), and of each
module call in train and in eval mode its path, class, order, and the shape and type of each output. Made by
\`npm run parity:repositories\`; how the other side was made says \`test/golden/make_repository_goldens.py\`.

${equal} of ${rows.length} models are equal, ${calls} module calls among them.

| repository | file | model | input | parameters | entries | calls (train + eval) | |
|---|---|---|---|---:|---:|---|---|
${rows.join('\n')}

Not compared, because PyTorch 1.13.1 itself refuses them:

${refused.join('\n') || 'none'}
`;
}
