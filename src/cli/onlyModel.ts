/** @file Which model of a file is meant when nobody names one. */
import type { Diagnostic, TraceResult } from '../core/graph/tracedModel';
import type { TraceClient } from '../trace/traceClient';
import { CommandError } from './commandError';
import { asWritten, diagnosticText } from './diagnosticText';
import type { ModelSources } from './modelSources';

/** A loop without end is stopped, at its line, within two seconds of this process's own time. */
export const PATIENCE = { timeoutMs: 2_500, clock: 'processor' } as const;

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

/**
 * @param shownAs the file as a person at this terminal would write it
 * @throws CommandError where the file does not hold exactly one model
 */
export async function chooseModel(
  client: TraceClient,
  python: ModelSources,
  shownAs: string,
): Promise<string> {
  const { files, entry, environment } = python;
  const result = await client.trace({ files, entry, environment }, PATIENCE);
  const name = onlyModel(result);
  if (name !== null) return name;
  const errors = asWritten(result.diagnostics, python, shownAs).filter(
    ({ severity }) => severity === 'error',
  );
  const isUnreadable = result.candidates.length === 0 && errors.length > 0;
  const problems = isUnreadable ? errors : [modelProblem(shownAs, result)];
  throw new CommandError(problems.map(diagnosticText).join('\n'));
}
