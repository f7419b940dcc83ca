/** @file The typing simulation without VS Code: only what our own code costs. Quick, and fit for a profiler. */
import { readFileSync } from 'node:fs';
import { inRepository } from '../../../src/build/repository.mjs';
import type { TraceResult } from '../../../src/core/graph/tracedModel';
import { LastGoodText } from '../../../src/trace/lastGoodText';
import { ReadableTracer } from '../../../src/trace/readableTrace';
import { shapeHints } from '../../../src/trace/shapeHints';
import { TraceClient } from '../../../src/trace/traceClient';
import { HintCount, retyping, typedFiles } from './retyping';
import { percentile, type TypingReport } from './typingReport';

export async function nodeTyping(): Promise<TypingReport[]> {
  const client = new TraceClient(inRepository('dist'));
  try {
    const reports: TypingReport[] = [];
    for (const [name, path] of Object.entries(typedFiles))
      reports.push(await typeFile(client, name, readFileSync(inRepository(path), 'utf8')));
    return reports;
  } finally {
    await client.dispose();
  }
}

async function typeFile(client: TraceClient, file: string, text: string): Promise<TypingReport> {
  const tracer = new ReadableTracer(new LastGoodText());
  const known = new Map<string, TraceResult>();
  const trace = async (source: string): Promise<TraceResult> => {
    const result = known.get(source) ?? (await client.trace({ files: { 'm.py': source }, entry: 'm.py' }));
    known.set(source, result);
    return result;
  };
  const hintLines = async (source: string): Promise<Set<number>> => {
    const { readable, currentLine } = await tracer.trace(source, trace);
    const lines = shapeHints(readable, 'm.py').map(({ line }) => currentLine(line));
    return new Set(lines.filter((line) => line !== null));
  };
  const lines = [...(await hintLines(text))];
  const count = new HintCount();
  const waits: number[] = [];
  for (const state of retyping(text, lines)) {
    const start = performance.now();
    const shown = await hintLines(state.text);
    waits.push(performance.now() - start);
    count.add(lines, shown, state.line);
  }
  return {
    file,
    hintLines: lines.length,
    keystrokes: waits.length,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    ...count.result(),
  };
}
