/** @file The one error that training throws on purpose. */

/** The run cannot go on, through no fault of ours; message and hint are for the user. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  constructor(
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}
