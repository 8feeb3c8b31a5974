/** Writing to Dagster's log. */
import { format } from "node:util";

/** The levels that Dagster knows. */
export type LogLevel = "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL";

/** Writes one line of the log at a level; takes what `console.log` takes, so errors come with their stack. */
export type LogMethod = (message: unknown, ...values: readonly unknown[]) => void;

/** Dagster's log. It may be handed to whatever wants a logger with such methods. */
export interface PipesLogger {
  /** For whoever looks for a fault. */
  readonly debug: LogMethod;
  /** For whoever watches. */
  readonly info: LogMethod;
  /** The same as `warn`. */
  readonly warning: LogMethod;
  /** Something is odd. */
  readonly warn: LogMethod;
  /** Something has failed. */
  readonly error: LogMethod;
  /** All has failed. */
  readonly critical: LogMethod;
}

/** A logger that hands its lines on. */
export function createLogger(write: (level: LogLevel, message: string) => void): PipesLogger {
  const at = (level: LogLevel): LogMethod => (message, ...values) => write(level, format(message, ...values));
  return Object.freeze({
    debug: at("DEBUG"),
    info: at("INFO"),
    warning: at("WARNING"),
    warn: at("WARNING"),
    error: at("ERROR"),
    critical: at("CRITICAL"),
  });
}
