/** @file What the tests of tracing share: one client for a file of tests, and short ways to ask it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { TensorType } from '../../src/core/graph/ir';
import type { TraceRequest, TraceResult } from '../../src/core/graph/tracedModel';
import { TraceClient, type TraceOptions } from '../../src/trace/traceClient';

export const dist = fileURLToPath(new URL('../../dist', import.meta.url));
export const HEADER = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

export function fixture(name: string): string {
  return readFileSync(new URL(`../golden/models/${name}`, import.meta.url), 'utf8');
}

export interface Tracing {
  readonly client: TraceClient;
  /** Traces files by name (a lone text is `model.py`), the first being the entry. */
  trace(
    files: string | Record<string, string>,
    target?: TraceRequest['target'],
    options?: TraceOptions,
  ): Promise<TraceResult>;
}

export function startTracing(): Tracing {
  const client = new TraceClient(dist);
  afterAll(() => client.dispose());
  return {
    client,
    trace: (files, target, options) => {
      const named = typeof files === 'string' ? { 'model.py': files } : files;
      return client.trace(
        { files: named, entry: Object.keys(named)[0]!, target },
        { timeoutMs: 10_000, ...options },
      );
    },
  };
}

/** Trains-mode run on float32 inputs of these shapes. */
export function target(
  name: string,
  args: Record<string, unknown>,
  ...shapes: number[][]
): TraceRequest['target'] {
  const inputs: TensorType[] = shapes.map((shape) => ({ shape, dtype: 'float32' }));
  return { name, args, runs: [{ mode: 'train', inputs }] };
}

/** `file:line:column-endColumn code: message`, one line a diagnostic. */
export function diagnosticsText(result: TraceResult): string[] {
  return result.diagnostics.map(
    (d) =>
      `${d.file}:${d.line}:${d.column}-${d.endColumn} ${d.code}: ${d.message}${d.hint ? ` [${d.hint}]` : ''}`,
  );
}
