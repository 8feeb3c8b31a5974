/** What the function of a sensor is handed. */

/** One look of a custom sensor. */
export interface SensorTick {
  /** What the last look gave as `cursor`; undefined at the first. */
  readonly cursor: unknown;
  /** When the look before this one began, epoch milliseconds; undefined at the first of this process. */
  readonly lastTickMs: number | undefined;
  /** When this look began, epoch milliseconds. */
  readonly nowMs: number;
  /** Aborted when the time limit has passed or the sensor is stopped. */
  readonly signal: AbortSignal;
}
