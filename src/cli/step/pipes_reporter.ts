/** A step that Dagster started tells it by Pipes what it does: lines as they are written, assets and checks at its end. */
import type { LogFields, LogLevel } from "../../model/ports.ts";
import type { StepCheckResult, StepOutcome, StepOutput } from "../../model/step/outcome.ts";
import type { StepLogLine, StepReporter } from "../../model/step/reporter.ts";
import type { Metadata } from "../../pipes/metadata/map.ts";
import type { PipesContext } from "../../pipes/pipes_context.ts";
import { CONTEXT_VARIABLE } from "../../pipes/wire/bootstrap.ts";
import type { Host } from "../host/host.ts";

/** The reporter of a process that Dagster started; none in any other. */
export function pipesReporters(env: Host["env"]): readonly StepReporter[] {
  return env[CONTEXT_VARIABLE] ? [new PipesReporter(env)] : [];
}

const METHODS: { readonly [level in LogLevel]: "debug" | "info" | "warning" | "error" } = {
  debug: "debug",
  info: "info",
  warning: "warning",
  error: "error",
};

/**
 * Reports each asset that is whole. What Pipes has no word for is sent as messages of kind `sluice`, one for each
 * partition of several: Dagster knows one report of an asset.
 */
class PipesReporter implements StepReporter {
  readonly #env: Host["env"];
  #pipes: PipesContext | undefined;

  constructor(env: Host["env"]) {
    this.#env = env;
  }

  async opened(): Promise<void> {
    const { openDagsterPipes } = await import("../../pipes/open.ts");
    this.#pipes = await openDagsterPipes({ from: this.#env, signals: false, captureStdio: false });
  }

  log({ level, message, fields }: StepLogLine): void {
    this.#pipes?.log[METHODS[level]](
      "%s",
      fields === undefined ? message : `${message} ${JSON.stringify(fields)}`,
    );
  }

  async outcome(outcome: StepOutcome): Promise<void> {
    const pipes = this.#pipes;
    if (!pipes) return;
    for (const outputs of groups(outcome.outputs, ({ asset }) => asset)) reportAsset(outputs, pipes);
    for (const results of groups(outcome.checks, ({ asset, check }) => `${asset}:${check}`)) {
      reportCheck(results, pipes);
    }
    await pipes.close(outcome.error === undefined ? {} : { error: errorOf(outcome.error) });
  }
}

/** Members of a list that have one name, in the order in which names first occur. */
function groups<T>(all: readonly T[], nameOf: (one: T) => string): readonly (readonly T[])[] {
  return [...Map.groupBy(all, nameOf).values()];
}

function reportAsset(outputs: readonly StepOutput[], pipes: PipesContext): void {
  const [{ asset, metadata, dataVersion }] = outputs;
  if (outputs.length > 1) {
    for (const output of outputs) pipes.reportCustomMessage({ kind: "sluice", ...output } as never);
  }
  if (outputs.some(({ status }) => status === "skipped" || status === "undone")) return;
  const isOneVersion = outputs.every((output) => output.dataVersion === dataVersion);
  pipes.reportAssetMaterialization({
    assetKey: asset.split("/"),
    ...isOneVersion && dataVersion !== undefined && { dataVersion },
    ...outputs.length === 1 && metadata && { metadata: asMetadata(metadata) },
  });
}

/** One result; of several partitions it is the worst. */
function reportCheck(results: readonly StepCheckResult[], pipes: PipesContext): void {
  const failed = results.filter(({ passed }) => !passed);
  const worst = failed.find(({ severity }) => severity === "error") ?? failed[0] ?? results[0];
  pipes.reportAssetCheck({
    assetKey: worst.asset.split("/"),
    checkName: worst.check,
    passed: worst.passed,
    severity: worst.severity === "warn" ? "WARN" : "ERROR",
    ...worst.metadata && { metadata: asMetadata(worst.metadata) },
  });
}

/** What a step says is JSON already. */
function asMetadata(fields: LogFields): Metadata {
  return fields as Metadata;
}

function errorOf({ name, message, stack, causes = [] }: NonNullable<StepOutcome["error"]>): Error {
  const [next, ...rest] = causes;
  const error = new Error(message, next && { cause: errorOf({ ...next, causes: rest }) });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
