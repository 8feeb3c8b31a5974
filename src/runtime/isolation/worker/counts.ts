/** How many workers there are, and what has become of others. */
export interface WorkerCounts {
  /** Workers that take calls, or have some. */
  readonly workers: number;
  /** Calls that a worker has. */
  readonly busy: number;
  /** Calls that wait for a worker. */
  readonly waiting: number;
  /** Workers that were ended for what they did, or after their time, and those that ended by themselves. */
  readonly replaced: number;
  /** Threads that were ended and compute all the same: this runtime cannot end them. */
  readonly leaked: number;
}
