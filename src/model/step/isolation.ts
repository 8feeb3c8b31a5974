/** Isolation tiers: where the body of a step runs. */

/**
 * Where a body runs: `inline` in the process that runs everything else, `worker` in a thread beside it, `process` in a
 * process of its own, which can be killed and whose memory can be capped.
 */
export type IsolationTier = "inline" | "worker" | "process";

/** The tier of a step that does not run inline. */
export interface StepIsolation {
  /** Where it runs. */
  readonly tier: "worker" | "process";
  /** The most memory that an attempt may hold, in megabytes of 1,048,576 bytes; undefined for no cap. */
  readonly memoryMb: number | undefined;
}

/** What a user says of isolation. */
export interface IsolationRules {
  /** Where the body runs. Default `"inline"`. docs/isolation.md says what each tier promises and costs. */
  readonly isolation?: IsolationTier;
  /**
   * The most memory an attempt may hold, with all that it starts, in megabytes of 1,048,576 bytes; above it the attempt
   * is killed and fails with MEMORY_EXCEEDED. Only for `isolation: "process"`. Default: no cap.
   */
  readonly memoryMb?: number;
}

/** The isolation of a step; undefined for inline ones. */
export function stepIsolation({ isolation, memoryMb }: IsolationRules): StepIsolation | undefined {
  return isolation === undefined || isolation === "inline"
    ? undefined
    : Object.freeze({ tier: isolation, memoryMb });
}
