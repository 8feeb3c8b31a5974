/** What a simulation is asked for, and what it gives. */
import type { ResourceOverride } from "../../model/assets/resource.ts";
import type { SluiceEvent } from "../../model/events/event.ts";
import type { RunRecord } from "../../model/events/record.ts";
import type { PoolOptions } from "../../model/gates/breaker.ts";
import type { RunConfig } from "../../model/job.ts";

/**
 * What can go wrong in a simulated world, by the moment at which it does:
 *
 * - `call`: a call of the store fails, and nothing was done;
 * - `crash-before`, `crash-after`: the process dies at a commit, which is then not there, or is there;
 * - `pause`: the process stands still at a commit; another one takes its place, and later it goes on as if nothing had been;
 * - `body`: a body throws, or gives up for good;
 * - `value`: keeping or loading a value fails.
 */
export type FaultKind = "call" | "crash-before" | "crash-after" | "pause" | "body" | "value";

/** A fault at a certain moment. */
export interface PlannedFault {
  /** What goes wrong. */
  readonly kind: FaultKind;
  /** At which call, commit, body or value of the whole simulation, from 1. */
  readonly at: number;
}

/** What {@linkcode simulateRuns} takes. */
export interface SimulationOptions {
  /** Decides everything that chance decides: one seed is one world. */
  readonly seed: number;
  /** How many faults there are at least, at moments that the seed chooses; or which ones. Default 5. */
  readonly faults?: number | readonly PlannedFault[];
  /** How many attempts at steps are begun at least. Default 30. */
  readonly steps?: number;
  /** How many steps may be under way at once. Default 4. */
  readonly concurrency?: number;
  /** How many steps of each pool may run at once, and their breakers. */
  readonly pools?: { readonly [pool: string]: number | PoolOptions };
  /** Values in the place of resources. */
  readonly resources?: readonly ResourceOverride[];
  /** Config by step name, for every run. */
  readonly config?: RunConfig;
  /** Gives the command that replays a seed, for the message of a failure. */
  readonly replay?: (seed: number) => string;
}

/** What {@linkcode simulate} takes. */
export interface DaysOptions extends Omit<SimulationOptions, "steps" | "faults"> {
  /** How many days pass, from the first of January 2026 in Greenwich: a whole number from 1. */
  readonly days: number;
  /** How many faults there are at most, at moments that the seed chooses; or which ones. Default 5. */
  readonly faults?: number | readonly PlannedFault[];
}

/** A simulated world when it is over. */
export interface Simulation {
  /** Its seed. */
  readonly seed: number;
  /** Every event that was recorded, in the order of commits. */
  readonly events: readonly SluiceEvent[];
  /** What all events hash to, without stacks: equal for the same seed on every runtime. */
  readonly hash: string;
  /** The runs, newest first. */
  readonly runs: readonly RunRecord[];
  /** How many attempts at steps were begun. */
  readonly steps: number;
  /** What went wrong, in order. */
  readonly faults: readonly PlannedFault[];
  /** How many processes there were, one after the other. */
  readonly processes: number;
  /** How many commits the store was asked for. */
  readonly commits: number;
  /** How many calls of the store there were, commits included. */
  readonly calls: number;
  /** How much time passed in it, milliseconds. */
  readonly durationMs: number;
}

/** The rules that are checked after every event, by their names in docs/testing.md. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I11" | "I12";

/** A rule does not hold. */
export class InvariantError extends Error {
  /** Always `InvariantError`. */
  override readonly name = "InvariantError";
  /** Which one. */
  readonly invariant: Invariant;

  /** Makes the error of a rule. */
  constructor(invariant: Invariant, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}
