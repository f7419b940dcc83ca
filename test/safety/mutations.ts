/** @file Model files as nobody means them: cut, shuffled, with wild numbers and deep nesting. The same for the same seed. */

/** Uniform in [0, 1): mulberry32. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Mutant {
  readonly text: string;
  /** Names of what was done to it, in order. */
  readonly mutations: readonly string[];
}

const MOST_MUTATIONS = 3;
const WILD_NUMBERS = [
  '0',
  '-1',
  '1',
  '7',
  '65536',
  '2147483648',
  '10**9',
  '10**18',
  '-10**18',
  '1e308',
  '0.5',
  '10**4000',
];
const TOKEN = /[A-Za-z_]\w*|\d+(?:\.\d+)?|[^\s\w]/g;
const NUMBER = /\b\d+\b/g;

type Mutation = (text: string, random: Random) => string;

const mutationTable: Readonly<Record<string, Mutation>> = {
  'lines cut': (text, random) => {
    const lines = text.split('\n');
    lines.splice(below(lines.length, random), 1 + below(4, random));
    return lines.join('\n');
  },
  'end cut off': (text, random) => text.slice(0, below(text.length, random)),
  'line twice': (text, random) => {
    const lines = text.split('\n');
    const at = below(lines.length, random);
    return lines.toSpliced(below(lines.length, random), 0, lines[at]!).join('\n');
  },
  'lines swapped': (text, random) => swapped(text.split('\n'), random).join('\n'),
  'tokens swapped': (text, random) => {
    const [first, second] = [pick(text, TOKEN, random), pick(text, TOKEN, random)].sort(
      (a, b) => a.at - b.at,
    );
    if (!first || !second || second.at < first.at + first.token.length) return text;
    const between = text.slice(first.at + first.token.length, second.at);
    return `${text.slice(0, first.at)}${second.token}${between}${first.token}${text.slice(second.at + second.token.length)}`;
  },
  'token gone': (text, random) => replaced(text, TOKEN, random, ''),
  'wild number': (text, random) => replaced(text, NUMBER, random, one(WILD_NUMBERS, random)),
  'many wild numbers': (text, random) =>
    text.replace(NUMBER, (found) => (random() < 0.3 ? one(WILD_NUMBERS, random) : found)),
  'other number': (text, random) => replaced(text, NUMBER, random, String(below(2000, random))),
  'deep parentheses': (text, random) => {
    const depth = one([50, 150, 1000, 20_000], random);
    return replaced(text, NUMBER, random, `${'('.repeat(depth)}1${')'.repeat(depth)}`);
  },
  'deep blocks': (text, random) => {
    const depth = one([15, 90, 300], random);
    const blocks = Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}if True:`);
    return `${text}\n${blocks.join('\n')}\n${' '.repeat(depth)}pass\n`;
  },
  'deep modules': (text, random) => {
    const depth = one([20, 200, 5000], random);
    return `${text}\n_deep = nn.Identity()\nfor _ in range(${depth}):\n    _deep = nn.Sequential(_deep)\n_deep(torch.randn(1, 3))\n`;
  },
  'huge loop': (text, random) =>
    text.replace(/range\(/, `range(${one(['10**9 + ', '10**6 + ', '10**30 + '], random)}`),
  'huge list': (text, random) => text.replace(/\[(\d)/, `${one(['10**5 * ', '10**9 * '], random)}[$1`),
  'huge shape': (text, random) =>
    text.replace(
      /randn\(\(?/,
      (call) => `${call}${one(['10**12, ', '4096, 4096, ', '1, '.repeat(500)], random)}`,
    ),
  'strange characters': (text, random) => {
    const at = below(text.length, random);
    return (
      text.slice(0, at) +
      one(['\0', '\u2028', 'é', '𝒙', '\t', '\r', '"""', '\\', '\uFEFF'], random) +
      text.slice(at)
    );
  },
  'endless line': (text, random) => {
    const lines = text.split('\n');
    const at = below(lines.length, random);
    const indentation = /^\s*/.exec(lines[at] ?? '')![0];
    return lines
      .toSpliced(at, 0, `${indentation}while ${one(['True', 'x is not 0', '1'], random)}: pass`)
      .join('\n');
  },
};

/** Of files that go wrong in time all would be slow: these are rare. */
const RARE: ReadonlySet<string> = new Set(['endless line', 'huge loop', 'deep modules']);
const RARE_SHARE = 0.08;

/** @param sources good files, one of which is spoilt */
export function mutant(sources: readonly string[], seed: number): Mutant {
  const random = seeded(seed);
  let text = one(sources, random);
  const mutations: string[] = [];
  const count = 1 + below(MOST_MUTATIONS, random);
  while (mutations.length < count) {
    const name = one(Object.keys(mutationTable), random);
    if (RARE.has(name) && random() > RARE_SHARE) continue;
    text = mutationTable[name]!(text, random);
    mutations.push(name);
  }
  return { text, mutations };
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * Math.max(1, limit));
}

function one<T>(choices: readonly T[], random: Random): T {
  return choices[below(choices.length, random)]!;
}

function pick(text: string, pattern: RegExp, random: Random): { token: string; at: number } {
  const found = [...text.matchAll(pattern)];
  const match = found[below(found.length, random)];
  return { token: match?.[0] ?? '', at: match?.index ?? 0 };
}

function replaced(text: string, pattern: RegExp, random: Random, by: string): string {
  const { token, at } = pick(text, pattern, random);
  return text.slice(0, at) + by + text.slice(at + token.length);
}

function swapped<T>(list: readonly T[], random: Random): T[] {
  const [a, b] = [below(list.length, random), below(list.length, random)];
  return list.with(a, list[b]!).with(b, list[a]!);
}
