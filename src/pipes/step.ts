/** What a step may be asked about itself. */
import { DagsterPipesError } from "./error.ts";
import { type AssetKeyLike, formatAssetKey } from "./wire/asset_key.ts";
import type { DataProvenance, PartitionKeyRange, PartitionTimeWindow, StepContext } from "./wire/context.ts";

/** Answers from a context, and says what is wrong where there is no answer. */
export class Step {
  /** The context as Dagster gave it. */
  readonly context: StepContext;
  /** Whether Dagster has started this process. */
  readonly isDagster: boolean;

  /** A step with this context. */
  constructor(context: StepContext, isDagster: boolean) {
    this.context = context;
    this.isDagster = isDagster;
  }

  get isAssetStep(): boolean {
    return this.context.assetKeys !== null;
  }

  get assetKeys(): readonly string[] {
    return this.#defined(this.context.assetKeys, "asset", "assetKeys");
  }

  get assetKey(): string {
    return this.#single("assetKey");
  }

  get codeVersionByAssetKey(): ReadonlyMap<string, string | null> {
    return this.#defined(this.context.codeVersionByAssetKey, "asset", "codeVersionByAssetKey");
  }

  get codeVersion(): string | null {
    return this.codeVersionByAssetKey.get(this.#single("codeVersion")) ?? null;
  }

  get provenanceByAssetKey(): ReadonlyMap<string, DataProvenance | null> {
    return this.#defined(this.context.provenanceByAssetKey, "asset", "provenanceByAssetKey");
  }

  get provenance(): DataProvenance | null {
    return this.provenanceByAssetKey.get(this.#single("provenance")) ?? null;
  }

  get isPartitionStep(): boolean {
    return this.context.partitionKeyRange !== null;
  }

  get partitionKey(): string {
    return this.#defined(this.context.partitionKey, "partition", "partitionKey");
  }

  get partitionKeyRange(): PartitionKeyRange {
    return this.#defined(this.context.partitionKeyRange, "partition", "partitionKeyRange");
  }

  get partitionTimeWindow(): PartitionTimeWindow | null {
    this.#defined(this.context.partitionKeyRange, "partition", "partitionTimeWindow");
    return this.context.partitionTimeWindow;
  }

  get runId(): string {
    return this.context.runId;
  }

  get jobName(): string | null {
    return this.context.jobName;
  }

  get retryNumber(): number {
    return this.context.retryNumber;
  }

  get extras(): Readonly<Record<string, unknown>> {
    return this.context.extras;
  }

  getExtra<Value = unknown>(name: string, ...fallback: readonly [] | readonly [Value]): Value {
    if (Object.hasOwn(this.extras, name)) return this.extras[name] as Value;
    if (fallback.length > 0) return fallback[0] as Value;
    const known = Object.keys(this.extras).map((key) => JSON.stringify(key)).join(", ") || "none";
    throw new DagsterPipesError(
      "CONTEXT_UNDEFINED",
      `There is no extra ${JSON.stringify(name)}; there are: ${known}.`,
      { hint: "Pass it on the Python side: client.run(context=context, command=..., extras={...})." },
    );
  }

  /**
   * The asset that a report is about: the one that it names, or the only one of the step. Empty in a process that
   * Dagster did not start, where nothing is known.
   */
  resolveAssetKey(named: AssetKeyLike | undefined): string {
    const known = this.context.assetKeys ?? [];
    const key = named === undefined ? undefined : formatAssetKey(named);
    if (key === undefined && known.length === 1) return known[0];
    if (key === undefined && known.length === 0 && !this.isDagster) return "";
    if (key && (known.length === 0 || known.includes(key))) return key;
    const why = key === undefined
      ? `The report names no asset, and the step has ${known.length} of them.`
      : `The report names the asset ${JSON.stringify(key)}, which is not of this step.`;
    const list = known.map((each) => JSON.stringify(each)).join(", ");
    throw new DagsterPipesError("ASSET_UNKNOWN", why, {
      hint: list ? `Pass assetKey: one of ${list}.` : "Pass assetKey.",
    });
  }

  #single(property: string): string {
    const keys = this.#defined(this.context.assetKeys, "asset", property);
    if (keys.length === 1) return keys[0];
    throw new DagsterPipesError(
      "CONTEXT_UNDEFINED",
      `There is no \`${property}\`: the step has ${keys.length} assets.`,
      { hint: keys.length > 1 ? "Use `assetKeys`, and the maps by asset key." : undefined },
    );
  }

  #defined<Value>(value: Value | null, noun: "asset" | "partition", property: string): Value {
    if (value !== null) return value;
    throw new DagsterPipesError(
      "CONTEXT_UNDEFINED",
      `There is no \`${property}\`: the step has no ${noun}.`,
      {
        hint: this.isDagster
          ? `Ask \`is${noun === "asset" ? "Asset" : "Partition"}Step\` first.`
          : `Dagster did not start this process; pass local: { ${property}: ... } for a trial.`,
      },
    );
  }
}
