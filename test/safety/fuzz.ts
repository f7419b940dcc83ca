/** @file Traces mutated model files one after another, with a good file after each, and notes what goes wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../../src/build/repository.mjs';
import type { TraceResult } from '../../src/core/graph/tracedModel';
import { shapeHints } from '../../src/trace/shapeHints';
import { TraceClient } from '../../src/trace/traceClient';
import { mutant } from './mutations';

/** A trace may take so long, in milliseconds of the processor: its limit and the time to notice. */
export const LONGEST = 2000;
/** Resident memory of the whole process, in bytes: a worker at its limit, a spare one, and Node itself. */
export const MOST_MEMORY = 1400 * 1024 * 1024;

export interface FuzzSummary {
  readonly files: number;
  /** Ways to end, by how often: `traced`, or the first error's code. */
  readonly endings: Readonly<Record<string, number>>;
  /** Longest trace in milliseconds of the processor. */
  readonly longest: number;
  readonly mostMemory: number;
  /** One for each thing that must not happen: seed, mutations, and what it was. */
  readonly faults: readonly string[];
}

const GOOD = readFileSync(inRepository('test/golden/models/tiny_vgg.py'), 'utf8');

export async function fuzz(
  files: number,
  firstSeed: number,
  note?: (done: number) => void,
): Promise<FuzzSummary> {
  const folder = inRepository('test/golden/models');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const client = new TraceClient(inRepository('dist'));
  const endings: Record<string, number> = {};
  const faults: string[] = [];
  let [longest, mostMemory] = [0, 0];
  const trace = (text: string): Promise<TraceResult> =>
    client.trace({ files: { 'model.py': text }, entry: 'model.py' });
  const wanted = answerOf(await trace(GOOD));
  try {
    for (let seed = firstSeed; seed < firstSeed + files; seed++) {
      const { text, mutations } = mutant(sources, seed);
      const fault = (what: string): void => {
        faults.push(`seed ${seed} (${mutations.join(', ')}): ${what}`);
      };
      try {
        const took = stopwatch();
        const result = await trace(text);
        const milliseconds = Math.min(result.milliseconds, took());
        longest = Math.max(longest, milliseconds);
        if (milliseconds > LONGEST) fault(`took ${milliseconds.toFixed(0)} ms`);
        const error = result.diagnostics.find(({ severity }) => severity === 'error');
        const ending = error?.code ?? (result.models.length > 0 ? 'traced' : 'no model');
        endings[ending] = (endings[ending] ?? 0) + 1;
        if (answerOf(await trace(GOOD)) !== wanted) fault('the good file after it did not trace as before');
      } catch (error) {
        fault(`threw ${String(error)}`);
      }
      const { rss } = process.memoryUsage();
      mostMemory = Math.max(mostMemory, rss);
      if (rss > MOST_MEMORY) fault(`${Math.round(rss / 1048576)} MB`);
      note?.(seed - firstSeed + 1);
    }
  } finally {
    await client.dispose();
  }
  return { files, endings, longest, mostMemory, faults };
}

export function summaryLine({ files, endings, longest, mostMemory, faults }: FuzzSummary): string {
  const counts = Object.entries(endings).sort(([, a], [, b]) => b - a);
  const ends = counts.map(([ending, count]) => `${ending} ${count}`).join(', ');
  return `${files} files, ${faults.length} faults; longest ${longest.toFixed(0)} ms, most memory ${Math.round(mostMemory / 1048576)} MB; ${ends}`;
}

function answerOf(result: TraceResult): string {
  return JSON.stringify([shapeHints(result, 'model.py'), result.diagnostics, result.models[0]?.state]);
}

/** Milliseconds of the processor since it was made: a busy machine makes nothing hang. */
function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
