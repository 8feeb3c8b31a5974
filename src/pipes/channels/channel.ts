/** Where messages go. */

/** A way to Dagster. One line is one message, without its newline, in pure ASCII. */
export interface MessageChannel {
  /** Takes a message; it throws when it knows that the message is lost. */
  write(line: string): void;
  /** Sends what was taken, and waits until it has arrived; absent where `write` does. Called when a session is open. */
  flush?(): Promise<void>;
  /** Sends everything that was taken, and waits until it has arrived. No message comes afterwards. */
  close(): Promise<void>;
  /** Sends everything before it returns, for a process that ends at once; absent where that is impossible. */
  closeSync?(): void;
}
