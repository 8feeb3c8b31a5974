/** The session as its user sees it. */
import type { StreamName } from "./channels/stdio.ts";
import type { PipesLogger } from "./logger.ts";
import type { Metadata } from "./metadata/map.ts";
import type { Json } from "./metadata/value.ts";
import type { AssetKeyLike } from "./wire/asset_key.ts";
import type { DataProvenance, PartitionKeyRange, PartitionTimeWindow, StepContext } from "./wire/context.ts";

/** What is told about an asset that was made. */
export interface MaterializationReport {
  /** The asset; may be left out when the step has one only. */
  readonly assetKey?: AssetKeyLike;
  /** The version of the data, when it is known better than by code and input versions. */
  readonly dataVersion?: string;
  /** Whatever is worth seeing. */
  readonly metadata?: Metadata;
}

/** What is told about an asset that was checked. */
export interface CheckReport {
  /** The check, as it is declared on the Python side. */
  readonly checkName: string;
  /** Whether the asset is good. */
  readonly passed: boolean;
  /** How bad a failure is. Default `"ERROR"`; only this stops what is downstream of a blocking check. */
  readonly severity?: "WARN" | "ERROR";
  /** The asset; may be left out when the step has one only. */
  readonly assetKey?: AssetKeyLike;
  /** Whatever is worth seeing. */
  readonly metadata?: Metadata;
}

/**
 * An open session with Dagster: what the step is, and what it reports. Getters throw {@linkcode DagsterPipesError}
 * with `CONTEXT_UNDEFINED` when the step has no such thing, and say what to ask instead.
 */
export interface PipesContext extends AsyncDisposable {
  /** Whether Dagster has started this process. If not, reports are printed to stderr. */
  readonly isDagster: boolean;
  /** The whole context, with null where a step has no such thing. */
  readonly context: StepContext;

  /** Whether the step is about assets. */
  readonly isAssetStep: boolean;
  /** The one asset of the step, as escaped text; throws when there are several or none. */
  readonly assetKey: string;
  /** All assets of the step, as escaped text. */
  readonly assetKeys: readonly string[];
  /** The declared code version of the one asset, or null. */
  readonly codeVersion: string | null;
  /** The declared code versions. */
  readonly codeVersionByAssetKey: ReadonlyMap<string, string | null>;
  /** What the one asset was last made from; null before the first time. */
  readonly provenance: DataProvenance | null;
  /** What the assets were last made from. */
  readonly provenanceByAssetKey: ReadonlyMap<string, DataProvenance | null>;

  /** Whether the step is about one partition. Dagster tells nothing about the partitions of a range run. */
  readonly isPartitionStep: boolean;
  /** The partition; a product of two dimensions is `a|b`, in the order of their names. */
  readonly partitionKey: string;
  /** The partitions. */
  readonly partitionKeyRange: PartitionKeyRange;
  /** The time of the partition; null when it has none. */
  readonly partitionTimeWindow: PartitionTimeWindow | null;

  /** The run. */
  readonly runId: string;
  /** The job; null when there is none. */
  readonly jobName: string | null;
  /** How often the step was tried before: 0 at the first time. */
  readonly retryNumber: number;
  /** What the Python side passed as `extras`. */
  readonly extras: Readonly<Record<string, unknown>>;
  /** One of the extras. Throws when it is absent, unless there is a fallback. Its type is taken on trust. */
  getExtra<Value = unknown>(name: string, ...fallback: readonly [] | readonly [Value]): Value;

  /** Writes to Dagster's log. */
  readonly log: PipesLogger;
  /**
   * Aborted by SIGINT and SIGTERM: Dagster interrupts a step with SIGINT and waits 20 seconds. Whoever reads this
   * promises to end soon; a program that never does is ended at once, with the reason in Dagster's log.
   */
  readonly signal: AbortSignal;

  /** Reports that an asset was made. Once for each asset, those upstream first. */
  reportAssetMaterialization(report?: MaterializationReport): void;
  /** Reports what came of a check. */
  reportAssetCheck(report: CheckReport): void;
  /** Sends any JSON value to the Python side, where `get_custom_messages()` gives it. */
  reportCustomMessage(payload: Json): void;
  /** Prints text on the standard output or error of Dagster's process. */
  logExternalStream(stream: StreamName, text: string): void;

  /** Whether the session has ended. */
  readonly isClosed: boolean;
  /** Ends the session and waits until every message has arrived. With an error, Dagster shows it with its causes. */
  close(outcome?: { readonly error?: unknown }): Promise<void>;
}
