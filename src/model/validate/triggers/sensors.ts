/** Sensors that could never ask for anything, or that watch what there is not. */
import type { Asset } from "../../assets/declaration.ts";
import type { Sensor } from "../../automation/sensors/sensor.ts";
import type { CompiledDefinitions } from "../../compile.ts";
import { type Issue, SluiceError } from "../../issue.ts";
import type { Partitions } from "../../partitions/definition.ts";
import { inferMapping } from "../../partitions/infer.ts";
import { quote } from "../../quote.ts";
import { didYouMean } from "../../suggest.ts";
import { configIssues } from "../config.ts";
import type { Declared } from "../declared.ts";
import { found } from "../found.ts";
import { checkTarget } from "./target.ts";

/** Everything wrong with sensors that can be seen once the graph is there. */
export function checkSensors(
  compiled: CompiledDefinitions,
  { jobs, sensors }: Pick<Declared, "jobs" | "sensors">,
): readonly Issue[] {
  return sensors.flatMap((sensor) => {
    const { name, target } = sensor;
    const targeted = target === undefined
      ? { assets: [] }
      : checkTarget(compiled, jobs, { ...sensor, target });
    const assets = "assets" in targeted ? targeted.assets : [];
    return [
      ..."issues" in targeted ? targeted.issues : [],
      ...assetIssues(compiled, sensor, assets.find(({ partitions }) => partitions)?.partitions),
      ...jobIssues(jobs.map((job) => job.name), sensor),
      ...configIssues(compiled, { what: `The sensor ${name}`, list: "sensors", ...sensor }),
    ];
  });
}

/** Of the assets that are watched. */
function assetIssues(
  { assets, graph }: CompiledDefinitions,
  sensor: Sensor,
  partitions: Partitions | undefined,
): readonly Issue[] {
  const { watch } = sensor;
  if (watch.kind !== "assets" && watch.kind !== "freshness") return [];
  return watch.assets.flatMap((key) => {
    const rank = graph.rankOf(key);
    if (rank === undefined) {
      const hint = didYouMean(key, graph.keys) ?? "Add the asset to those given to definitions().";
      return [issueOf(sensor, "assets", "DEPENDENCY_UNKNOWN", `there is no asset ${quote(key)}.`, hint)];
    }
    return watch.kind === "freshness"
      ? policyIssues(sensor, assets[rank])
      : mappingIssues(sensor, assets[rank], partitions);
  });
}

function policyIssues(sensor: Sensor, { key, freshness }: Asset): readonly Issue[] {
  if (freshness) return [];
  const hint = `Declare ${key} with freshness: freshWithin({ failMs }), or leave it out.`;
  return [issueOf(sensor, "assets", "DEFINITION_INVALID", `${key} has no freshness policy.`, hint)];
}

/** What was made must say what is to be run. */
function mappingIssues(sensor: Sensor, watched: Asset, partitions: Partitions | undefined): readonly Issue[] {
  if (partitions === undefined || watched.partitions === undefined) return [];
  const inference = inferFrom(partitions, watched.partitions);
  if (inference === undefined) return [];
  const problem = `which of its partitions follow from those of ${watched.key} cannot be told: ${inference}`;
  const hint = "Watch an asset without partitions in between, or declare the sensor with defineSensor().";
  return [issueOf(sensor, "assets", "MAPPING_INVALID", problem, hint)];
}

function inferFrom(downstream: Partitions, upstream: Partitions): string | undefined {
  try {
    const inference = inferMapping(downstream, upstream);
    return "issue" in inference ? inference.issue.message : undefined;
  } catch (error) {
    if (error instanceof SluiceError) return error.issues[0].message;
    throw error;
  }
}

/** Of the jobs whose runs are watched. */
function jobIssues(known: readonly string[], sensor: Sensor): readonly Issue[] {
  const { watch } = sensor;
  if (watch.kind !== "runs") return [];
  return (watch.jobs ?? []).filter((name) => !known.includes(name)).map((name) =>
    issueOf(
      sensor,
      "jobs",
      "DEPENDENCY_UNLISTED",
      `there is no job ${quote(name)}.`,
      didYouMean(name, known) ?? "Add it to the jobs given to definitions().",
    )
  );
}

function issueOf(
  { name, site }: Sensor,
  field: string,
  code: Issue["code"],
  problem: string,
  hint: string,
): Issue {
  return found(code, `The sensor ${name}: ${problem}`, { path: ["sensors", name, field], site, hint });
}
