/** What is thrown when something took too long. */

/** Ends a command with the exit code for timeouts. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
