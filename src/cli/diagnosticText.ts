/** @file Diagnostics as compilers print them: terminals make `file:line:column` a link. */
import { join, relative } from 'node:path';
import type { Diagnostic } from '../core/graph/tracedModel';
import type { PythonFiles } from '../disk/readPythonFiles';

export function diagnosticText({ file, line, column, severity, message, hint }: Diagnostic): string {
  return `${file}:${line}:${column + 1}: ${severity}: ${message}${hint ? `\n  ${hint}` : ''}`;
}

/**
 * The files of diagnostics as a person at this terminal would write them: the entry as it was given, others from the
 * working directory.
 */
export function asWritten(
  diagnostics: readonly Diagnostic[],
  { entry, root }: PythonFiles,
  given: string,
): Diagnostic[] {
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    file: diagnostic.file === entry ? given : relative('', join(root, diagnostic.file)),
  }));
}

export function hasError(diagnostics: readonly { readonly severity: string }[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
