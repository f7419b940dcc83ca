/** @file The error that ends a command with words for the user instead of a stack. */
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
