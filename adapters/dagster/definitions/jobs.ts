/** Jobs of an exported project. All assets of a job that have partitions must have the same in Dagster. */
import type { JobSnapshot, JsonRecord, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { assignment, call, type Expression, pairs } from "../../python/expression.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../../python/literal.ts";
import { wholeKeyExpression } from "./keys.ts";
import type { Statement } from "./names.ts";
import { identifierOf } from "../../python/identifier.ts";
import type { Site } from "../site.ts";

/** What of a selection Dagster can run at once. */
export interface JobPart {
  /** 1 for the first. */
  readonly number: number;
  /** The keys, steps that make all or nothing taken whole. */
  readonly keys: readonly string[];
  /** The place of their definition; undefined without partitions. */
  readonly partitions: number | undefined;
}

/** Cuts a selection by partitions. What has none goes with the first part. Empty for external assets alone. */
export function partsOf(selected: readonly string[], { assets, steps }: Site): readonly JobPart[] {
  const whole = new Set(selected.flatMap((key) => {
    const step = steps.get(assets.get(key)?.step ?? "");
    if (!step || step.kind === "external") return [];
    return step.subsettable ? [key] : step.outputs.map((output) => output.key);
  }));
  const keys = [...whole].sort();
  const places = [...new Set(keys.map((key) => assets.get(key)?.partitions))].filter((place) =>
    place !== undefined
  );
  if (keys.length === 0) return [];
  if (places.length <= 1) return [{ number: 1, keys, partitions: places[0] }];
  return places.map((place, index) => ({
    number: index + 1,
    keys: keys.filter((key) => {
      const own = assets.get(key)?.partitions;
      return own === place || own === undefined && index === 0;
    }),
    partitions: place,
  }));
}

/** The name of a part: that of the whole, with a number from the second on. */
export function partName(name: string, { number }: JobPart): string {
  return number === 1 ? name : `${name}_part_${number}`;
}

/** The variable of a job. */
export function jobVariable(job: string, part: JobPart, site: Site): string {
  const name = partName(site.jobs.get(job) as string, part);
  return `${/^[a-z][a-z0-9_]{0,47}$/.test(name) ? name : identifierOf(name)}_job`;
}

/** A job: one statement for each part. */
export function jobStatements(job: JobSnapshot, site: Site): readonly Statement[] {
  const { name, description, config, selection, assets } = job;
  const tags = tagsOf(job);
  return partsOf(assets, site).map((part) => {
    const runConfig = runConfigOf(config, part, site);
    const value = call("dg.define_asset_job", [], {
      name: textLiteral(partName(site.jobs.get(name) as string, part)),
      selection: selectionExpression(part.keys, selection, site),
      config: runConfig,
      description: description === undefined ? undefined : textLiteral(description),
      tags: Object.keys(tags).length > 0 ? jsonExpression(tags) : undefined,
      executor_def: executorOf(job),
    });
    const variable = jobVariable(name, part, site);
    return { variable, text: assignment(variable, value) };
  });
}

/** The tag by which the run queue of Dagster counts runs. */
export const KEY_TAG = "sluice/key";

/** Those of the job, and by which the run queue serves and counts its runs. */
function tagsOf(
  { name, tags, priority, concurrency, compensate, hooks }: JobSnapshot,
): { readonly [name: string]: string } {
  return {
    ...hooks !== undefined && { "sluice/job": name },
    ...priority !== undefined && { "dagster/priority": String(Math.round(priority)) },
    ...concurrency?.key !== undefined && { [KEY_TAG]: concurrency.key },
    ...compensate !== undefined && compensate !== true && {
      "sluice/compensate": compensate === "always" ? "always" : "never",
    },
    ...tags,
  };
}

/** An executor of its own for a job that says how many of its steps may go on at once. */
function executorOf({ concurrency }: JobSnapshot): Expression | undefined {
  if (concurrency?.steps === undefined) return undefined;
  const most = pairs([[textLiteral("max_concurrent"), numberLiteral(concurrency.steps)]]);
  return call("dg.multiprocess_executor.configured", [most]);
}

/** A selection as Dagster's builders make it: all, a group, or the keys one by one. */
export function selectionExpression(
  keys: readonly string[],
  texts: readonly string[],
  { snapshot, groups }: Site,
): Expression {
  const made = snapshot.assets.filter(({ isExternal }) => !isExternal);
  if (made.length === keys.length && texts.length === 1 && texts[0] === "*") {
    return call("dg.AssetSelection.all", []);
  }
  const group = groupOf(keys, texts, snapshot);
  if (group !== undefined) {
    return call("dg.AssetSelection.groups", [textLiteral(groups.get(group) as string)]);
  }
  return call("dg.AssetSelection.assets", keys.map((key) => wholeKeyExpression(key)));
}

/** The group that a selection names, where it is just what is to be run. */
function groupOf(
  keys: readonly string[],
  texts: readonly string[],
  { assets }: Snapshot,
): string | undefined {
  const group = /^group:([A-Za-z0-9_/.-]+)$/.exec(texts.length === 1 ? texts[0] : "")?.[1];
  const members = assets.filter((asset) => asset.group === group && !asset.isExternal);
  return group !== undefined && members.length === keys.length ? group : undefined;
}

/** Config of runs, for the steps of a part. */
export function runConfigOf(
  config: JsonRecord,
  { keys }: JobPart,
  { assets, steps, ops }: Site,
): Expression | undefined {
  const names = new Set(keys.map((key) => assets.get(key)?.step));
  const checks = [...steps.values()].filter(({ check }) => check && keys.includes(check.asset));
  for (const { name } of checks) names.add(name);
  const entries = Object.entries(config).filter(([step]) => names.has(step) && steps.get(step)?.takesConfig);
  if (entries.length === 0) return undefined;
  const byOp = entries.map(([step, value]) =>
    [ops.get(step) as string, { config: { config: value } }] as const
  );
  return jsonExpression({ ops: Object.fromEntries(byOp) });
}
