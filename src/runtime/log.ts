/** What a body writes its lines with. */
import type { Log, LogFields, LogLevel } from "../model/ports.ts";

/** Takes a line. */
export type WriteLine = (level: LogLevel, message: string, fields: LogFields | undefined) => void;

/** Writes lines that are kept with the step; its functions may be taken off it. */
export class BodyLog implements Log {
  readonly #write: WriteLine;

  constructor(write: WriteLine) {
    this.#write = write;
    for (const level of ["debug", "info", "warning", "error"] as const) this[level] = this[level].bind(this);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warning(message: string, fields?: LogFields): void {
    this.#write("warning", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }
}
