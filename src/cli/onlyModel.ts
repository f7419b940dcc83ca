/** @file Which model of a file is meant when nobody names one. */
import type { Diagnostic, TraceResult } from '../core/graph/tracedModel';
import type { TraceClient } from '../trace/traceClient';
import { CommandError } from './commandError';

/** A command has more time than a hint while typing; a loop without end is still stopped. */
export const PATIENCE = { timeoutMs: 10_000 } as const;

/** The one model that no other of the file is built from; null where there are several or none. */
export function onlyModel({ candidates }: TraceResult): string | null {
  const models = candidates.filter(({ usedByOthers }) => !usedByOthers);
  return models.length === 1 ? models[0]!.name : null;
}

/** What to say where `onlyModel` finds none. */
export function modelProblem(entry: string, { candidates }: TraceResult): Diagnostic {
  const place = { file: entry, line: 1, column: 0, endLine: 1, endColumn: 0, severity: 'error' } as const;
  const names = candidates.map(({ name }) => name);
  if (names.length === 0) {
    return {
      ...place,
      code: 'no-model',
      message: `${entry} defines no torch.nn.Module class and no function that returns one.`,
    };
  }
  return {
    ...place,
    code: 'ambiguous-model',
    message: `${entry} defines ${names.length} models: ${names.join(', ')}.`,
    hint: `Name one, as in ${entry}:${names[0]}.`,
  };
}

/** @throws CommandError where the file does not hold exactly one model */
export async function chooseModel(
  client: TraceClient,
  files: Readonly<Record<string, string>>,
  entry: string,
): Promise<string> {
  const result = await client.trace({ files, entry }, PATIENCE);
  const name = onlyModel(result);
  if (name !== null) return name;
  const error = result.diagnostics.find(({ severity }) => severity === 'error');
  const { message, hint } = result.candidates.length
    ? modelProblem(entry, result)
    : (error ?? modelProblem(entry, result));
  throw new CommandError(message, hint ?? null);
}
