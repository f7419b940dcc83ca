/** @file The error that ends a command with words for the user instead of a stack. */
import type { DiskResult } from '../disk/diskResult';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly hint: string | null = null,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** @throws CommandError where the disk said no */
export function orThrow<T>(result: DiskResult<T>): T {
  if ('error' in result) throw new CommandError(result.error, result.hint ?? null);
  return result.ok;
}
