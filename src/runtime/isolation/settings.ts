/** How steps are run that do not run inline. */

/** What an orchestrator may say of workers and processes. Everything has a default. */
export interface IsolationOptions {
  /** The module that exports the definitions, as an address: `import.meta.url`. Default: that of the definitions. */
  readonly module?: string;
  /** How many workers there may be at once. Default: one less than there are processors, at least one. */
  readonly workers?: number;
  /** A worker is replaced after so many attempts. Default: never for that reason. */
  readonly tasksPerWorker?: number;
  /** A worker is replaced, between two attempts, when its heap has more megabytes than this. Default 512. */
  readonly workerHeapMb?: number;
  /** How often a worker shows that it lives, in milliseconds; one that is not there for three times as long is lost. Default 1,000. */
  readonly heartbeatMs?: number;
  /**
   * The command that runs a step in a process, up to and including `step` and its module: `["./weather", "step"]` for
   * what `sluice bundle` has made. Default: the command line of Sluice, on the runtime that runs the orchestrator.
   */
  readonly command?: readonly string[];
  /** How long an attempt that was told to stop may take for it, in milliseconds, before it is killed. Default 3,000. */
  readonly graceMs?: number;
}

/** The same with what the orchestrator adds. */
export interface IsolationSettings extends IsolationOptions {
  /** The folder of the orchestrator, whose values a process is to find. */
  readonly folder: string;
  /** The manager of assets that name none. */
  readonly defaultIO: string;
}

/** Default of {@linkcode IsolationOptions.graceMs}. */
export const GRACE_MS = 3_000;
