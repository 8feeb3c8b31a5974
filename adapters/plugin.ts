/** The interface of an orchestrator: what a platform team writes to carry Sluice's graphs to a target of its own. */
import type { AssetSnapshot, JsonRecord, Snapshot } from "../src/model/snapshot/snapshot.ts";
import type { ExportedFile, ExportOptions } from "./export.ts";

/** The version of this interface. A plugin of the same major version and no higher minor version fits. */
export const PLUGIN_API_VERSION: string = "1.0";

/** One transform of a tool such as dbt. */
export interface TransformConfig {
  /** Its name: also the key of its asset. */
  readonly name: string;
  /** The path of its source. */
  readonly path?: string;
  /** The schema that it writes to. */
  readonly schemaName?: string;
  /** How it is kept. Default `"table"`. */
  readonly materialization?: "table" | "view" | "incremental" | "ephemeral";
  /** Words by which it is selected. */
  readonly tags?: readonly string[];
  /** The names of the transforms that it reads. */
  readonly dependsOn?: readonly string[];
  /** What else the tool says of it; not carried. */
  readonly meta?: { readonly [name: string]: unknown };
  /** Where it is computed; undefined for the platform's default. */
  readonly compute?: string;
}

/** What came of a look at a connection. */
export interface ValidationResult {
  /** Whether the service answered as it should. */
  readonly success: boolean;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What is wrong and what to do; empty on success. */
  readonly errors: readonly string[];
  /** What works and may surprise. */
  readonly warnings: readonly string[];
}

/** How a connection is looked at. */
export interface ConnectionOptions {
  /** The address of the service. Default: the target's variable of the environment, else its usual local address. */
  readonly url?: string;
  /** A bearer token. Never shown. */
  readonly token?: string;
  /** How long an answer may take, in milliseconds; at most 10,000. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The sizes of a workload. */
export type WorkloadSize = "small" | "medium" | "large";

/** What a container asks for and may use at most, as Kubernetes writes it. */
export interface ResourceSpec {
  /** `100m`. */
  readonly cpuRequest: string;
  /** `500m`. */
  readonly cpuLimit: string;
  /** `256Mi`. */
  readonly memoryRequest: string;
  /** `512Mi`. */
  readonly memoryLimit: string;
}

/** The kinds of OpenLineage run events. */
export type LineageEventType = "START" | "RUNNING" | "COMPLETE" | "ABORT" | "FAIL" | "OTHER";

/** A dataset, as OpenLineage names it. */
export interface LineageDataset {
  /** The name space, not empty. */
  readonly namespace: string;
  /** The name, not empty. */
  readonly name: string;
  /** What is known of it. */
  readonly facets?: JsonRecord;
}

/** A lineage event to be sent. */
export interface LineageEvent {
  /** What happened. */
  readonly eventType: LineageEventType;
  /** The name of the job. */
  readonly jobName: string;
  /** The name space of the job. Default `"sluice"`. */
  readonly jobNamespace?: string;
  /** The run, a UUID. Default: a new one. */
  readonly runId?: string;
  /** What it read. */
  readonly inputs?: readonly LineageDataset[];
  /** What it made. */
  readonly outputs?: readonly LineageDataset[];
  /** What is known of the run. */
  readonly runFacets?: JsonRecord;
  /** What is known of the job. */
  readonly jobFacets?: JsonRecord;
}

/** What an entry point is made for. */
export interface EntryPointOptions {
  /** The name of the product: a letter, then letters, digits, `_` and `-`. */
  readonly productName: string;
  /** The folder of the exported project; made when it is not there. */
  readonly outputDir: string;
}

/** What the values of a Helm chart are made for. */
export interface HelmOptions {
  /** The size of the services. Default `"small"`. */
  readonly size?: WorkloadSize;
  /** The image with the exported project and the step's executable in it. */
  readonly image?: { readonly repository: string; readonly tag: string };
}

/**
 * An orchestrator as a target. Every member is there; what a target cannot do, it says in its loss report or in a typed
 * error.
 */
export interface OrchestratorPlugin<Product = unknown> {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** `X.Y.Z`. */
  readonly version: string;
  /** `X.Y`: the version of this interface that it was written for. */
  readonly apiVersion: string;
  /** What it is, for people. */
  readonly description: string;
  /** The names of plugins that must be there too. */
  readonly dependencies: readonly string[];
  /** Called once when it is activated; what it throws keeps it from being used. */
  startup?(): Promise<void> | void;
  /** Called once when it is no longer used. */
  shutdown?(): Promise<void> | void;
  /**
   * Makes what the target loads, of the whole graph.
   *
   * @throws {SluiceError} SNAPSHOT_INVALID for what is no snapshot, EXPORT_REFUSED for what would do something else there.
   */
  createDefinitions(snapshot: unknown, options?: Partial<ExportOptions>): Product | Promise<Product>;
  /** One asset for each transform, in their order. */
  createAssetsFromTransforms(transforms: readonly TransformConfig[]): readonly AssetSnapshot[];
  /** The files that declare the assets. */
  generateAssets(snapshot: Snapshot, options?: Partial<ExportOptions>): readonly ExportedFile[];
  /** The files that the schedules add to those, or change in them. */
  generateSchedules(snapshot: Snapshot, options?: Partial<ExportOptions>): readonly ExportedFile[];
  /** The files that the sensors add to those, or change in them. */
  generateSensors(snapshot: Snapshot, options?: Partial<ExportOptions>): readonly ExportedFile[];
  /**
   * Writes the file by which the target finds an exported project, and gives its path.
   *
   * @throws {SluiceError} PLUGIN_INVALID for a name of a product that could be mistaken for code.
   */
  generateEntryPointCode(options: EntryPointOptions): Promise<string>;
  /** Values for the target's Helm chart. */
  getHelmValues(options?: HelmOptions): JsonRecord;
  /** Looks whether the service can be reached. Never throws, and ends within 10 s. */
  validateConnection(options?: ConnectionOptions): Promise<ValidationResult>;
  /**
   * What containers of a size ask for.
   *
   * @throws {SluiceError} PLUGIN_INVALID for a size that there is not.
   */
  getResourceRequirements(workloadSize: WorkloadSize): ResourceSpec;
  /** Sends a lineage event, where a receiver is configured, and gives the run's UUID. Never throws. */
  emitLineageEvent(event: LineageEvent): Promise<string>;
  /**
   * Adds a schedule for a job to the definitions that are made from now on; one of the same job replaces it.
   *
   * @throws {SluiceError} CRON_INVALID, TIMEZONE_UNKNOWN, PLUGIN_INVALID for a name that is none.
   */
  scheduleJob(jobName: string, cron: string, timezone: string): void;
}
