/** Timelines: assets with conditions, and what happens to them; plain data that Dagster and we both play. */
import type { AutomationCondition } from "../../../src/model/automation/condition.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import type { Partitions } from "../../../src/model/partitions/definition.ts";

/** An asset of a timeline. */
export interface TimelineAsset {
  readonly key: string;
  readonly deps: readonly { readonly key: string; readonly mapping?: Mapping }[];
  /** The place of its definition of partitions; none without partitions. */
  readonly partitions?: number;
  readonly condition?: AutomationCondition;
  readonly codeVersion?: string;
  readonly external?: boolean;
  readonly checks?: readonly { readonly name: string; readonly blocking: boolean }[];
}

/** What happens. Keys are empty texts without partitions. */
export type TimelineEvent = { readonly atMs: number } & Happening;

/** What happens, whenever that is. */
export type Happening =
  | { readonly do: "evaluate" }
  | {
    readonly do: "start";
    readonly run: string;
    readonly plans: readonly { readonly asset: string; readonly keys: readonly string[] }[];
  }
  | {
    readonly do: "make";
    readonly asset: string;
    readonly keys: readonly string[];
    readonly run?: string;
    readonly version?: string;
  }
  | { readonly do: "end"; readonly run: string; readonly passed: boolean }
  | { readonly do: "wipe"; readonly asset: string }
  | { readonly do: "add"; readonly name: string; readonly keys: readonly string[] }
  | { readonly do: "code"; readonly asset: string; readonly version: string }
  | { readonly do: "observe"; readonly asset: string; readonly keys: readonly string[] }
  | { readonly do: "verdict"; readonly asset: string; readonly check: string; readonly passed: boolean };

/** A timeline. Assets come upstream first. */
export interface Timeline {
  readonly name: string;
  readonly partitions: readonly Partitions[];
  readonly assets: readonly TimelineAsset[];
  readonly events: readonly TimelineEvent[];
}

/** What is requested at one evaluation: keys by asset, sorted; assets of which nothing is are absent. */
export type Requests = { readonly [asset: string]: readonly string[] };
