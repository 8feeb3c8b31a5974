/** What Dagster makes of one graph, where that is not what it makes of the feature in general. */
import type { ExportOptions } from "../export.ts";
import { type Feature, mappingFeatures } from "../features.ts";
import type { Loss, Verdict } from "../loss.ts";
import type { InputSnapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import { carriedOwners } from "./definitions/fields.ts";
import { type JobPart, partsOf } from "./definitions/jobs.ts";
import { isAlike } from "./definitions/user_sensors.ts";
import { carryMapping } from "./partitions/mappings.ts";
import { encode } from "./partitions/encoding.ts";
import type { Site } from "./site.ts";
import { tickLosses } from "./ticks/losses.ts";
import { VERDICTS } from "./verdicts.ts";
import { SINCE } from "./version.ts";

/** The verdicts on single uses of features. */
export function specialLosses(site: Site, options: ExportOptions): readonly Loss[] {
  return [
    ...assetLosses(site),
    ...site.snapshot.steps.flatMap((step) => mappingLosses(step, site)),
    ...site.snapshot.steps.flatMap((step) => stepLosses(step, site)),
    ...jobLosses(site),
    ...sensorLosses(site),
    ...tickLosses(site, options),
  ];
}

/** Keys of other partitions than those of the target say nothing about what to run. */
function sensorLosses(site: Site): readonly Loss[] {
  return (site.snapshot.sensors ?? []).flatMap((sensor) => {
    const { name, watch, partitions } = sensor;
    if (watch.kind !== "assets" || partitions === undefined || isAlike(sensor, site)) return [];
    if (watch.assets.every((key) => site.assets.get(key)?.partitions === undefined)) return [];
    return [loss(watch.when === "all" ? "sensor.assets.all" : "sensor.assets", `sensor ${name}`, {
      kind: "refused",
      how: "The sensor knows the keys of what was made, and these are of other partitions than the target's.",
      differs: "It runs the last partition of the target, or all, and not those that read what was made.",
      advice: "Use automation: condition.eager on the target instead.",
    })];
  });
}

function loss(feature: Feature, subject: string, verdict: Partial<Verdict>): Loss {
  return { feature, subject, ...VERDICTS[feature], ...verdict };
}

function assetLosses(site: Site): readonly Loss[] {
  const read = new Set(
    site.snapshot.steps.flatMap(({ name, inputs }) =>
      inputs.filter((input) => input.name !== undefined && site.assets.get(input.key)?.step !== name)
    ).map(({ key }) => key),
  );
  return site.snapshot.assets.flatMap((asset) => {
    const { key, owners, group, io, partitions } = asset;
    const subject = `asset ${key}`;
    const found: Loss[] = [];
    if (carriedOwners(asset).length < owners.length) {
      found.push(loss("asset.owners", subject, {
        kind: "emulated",
        how:
          "Dagster takes addresses whose last part has at most seven letters; others are in the metadata (sluice/owners).",
        differs: "An owner is shown among the metadata.",
      }));
    }
    const name = site.groups.get(group) as string;
    if (name !== group) {
      found.push(loss("asset.group", subject, {
        kind: "emulated",
        how: `Groups are letters, digits and "_"${
          site.dagster.has("groupPaths") ? ', joined by "/",' : ` before ${SINCE.groupPaths}`
        } in Dagster: the group is ${name}.`,
        differs: "The group has another name.",
      }));
    }
    if (asset.codeVersion === "") {
      found.push(loss("asset.codeVersion", subject, {
        kind: "refused",
        how: "An empty code version is none to Dagster.",
        differs: "The asset has no code version.",
        advice: "Give it a version, or leave it out.",
      }));
    }
    if (io?.manager === "memory") {
      found.push(loss("io.memory", subject, read.has(key) ? { isFatal: true } : {}));
    }
    if (partitions !== undefined && encode(site.snapshot.partitions[partitions]).kind === "growing") {
      found.push(loss("partitions.many", subject, {
        how: "Dynamic partitions with the keys of all cells, which a sensor adds as they come to be.",
        differs:
          "The UI shows the cells as one list; a cell is known within a minute, in the order of discovery.",
        advice: "Leave the sensor new_cells on.",
      }));
    }
    return found;
  });
}

/** Mappings that Dagster has no class for, or not between such definitions. */
function mappingLosses(step: StepSnapshot, site: Site): readonly Loss[] {
  const found = new Map<Feature, Loss>();
  for (const input of step.inputs) {
    const by = carriedBy(input, step, site);
    if (by === "itself" || !input.mapping) continue;
    const [feature] = mappingFeatures(input.mapping) as readonly [Feature];
    const known = found.get(feature);
    if (known?.differs !== undefined && by === "table") continue;
    const { advice: _, differs: __, ...plain } = VERDICTS[feature];
    found.set(feature, {
      ...plain,
      feature,
      subject: `step ${step.name}`,
      kind: "emulated",
      ...by === "table" ? { how: "A StaticPartitionMapping with the same pairs of keys." } : {
        how: "AllPartitionMapping, since Dagster has no mapping for it between these definitions.",
        differs: `Lineage and backfills take ${input.key} for read whole; the step reads what it should.`,
      },
    });
  }
  return [...found.values()];
}

function carriedBy({ key, mapping }: InputSnapshot, { partitions }: StepSnapshot, site: Site): string {
  const upstream = site.partitionsAt(site.assets.get(key)?.partitions);
  return carryMapping(mapping, site.partitionsAt(partitions), upstream).by;
}

function stepLosses({ name, priority, pool, retry }: StepSnapshot, { pools }: Site): readonly Loss[] {
  const subject = `step ${name}`;
  const word = pool === undefined ? undefined : pools.get(pool);
  return [
    ...word === pool ? [] : [loss("pool", subject, {
      kind: "emulated",
      how: `Pools are letters, digits and "_" before Dagster ${SINCE.poolPaths}: the pool is ${word}.`,
      differs: "The pool has another name, and limits belong to Dagster's instance.",
    })],
    ...retry?.backoff === "doubling" || retry?.backoff === "airflow"
      ? [loss("retry.backoff", subject, {
        kind: "emulated",
        how: "The step works out the delay and asks for it by RetryRequested.",
        differs:
          "A process that dies without an outcome is tried again after the delays of Dagster's EXPONENTIAL.",
      })]
      : [],
    ...Number.isInteger(priority) ? [] : [loss("priority", subject, {
      differs: `Priorities are whole numbers in Dagster: ${priority} becomes ${Math.round(priority)}.`,
    })],
  ];
}

/** Jobs and schedules that are cut, or left out. */
function jobLosses(site: Site): readonly Loss[] {
  const { jobs, schedules } = site.snapshot;
  const all = [
    ...jobs.map((job) => ({ ...job, subject: `job ${job.name}`, feature: "job" as const })),
    ...schedules.map((schedule) => ({
      ...schedule,
      subject: `schedule ${schedule.name}`,
      feature: schedule.crons.length > 0 ? "schedule" as const : "schedule.windows" as const,
    })),
  ];
  return all.flatMap(({ assets, subject, feature }) => {
    const parts = partsOf(assets, site);
    if (parts.length === 1) {
      return hasUnlikePolicies(parts[0], site) ? [unlikePolicies(feature, subject)] : [];
    }
    if (parts.length === 0) {
      return [loss(feature, subject, {
        kind: "refused",
        how: "Dagster has no job of external assets alone.",
        differs: "It is left out.",
        advice: "Select assets that are made here.",
      })];
    }
    return [loss(feature, subject, {
      kind: "emulated",
      how:
        `All assets of a job share their partitions in Dagster: there are ${parts.length} parts, each with a number.`,
      differs: "Each part is launched by itself, and none waits for another.",
    })];
  });
}

function unlikePolicies(feature: Feature, subject: string): Loss {
  return loss(feature, subject, {
    differs:
      "Its steps have unlike backfill policies: Dagster runs a backfill of it by the smallest, and says so.",
    advice: "Give the partitioned steps of a job the same policy.",
  });
}

/** Whether a backfill of a job would have to follow more than one policy. */
function hasUnlikePolicies({ keys }: JobPart, { assets, steps }: Site): boolean {
  const partitioned = keys.flatMap((key) => steps.get(assets.get(key)?.step as string) ?? [])
    .filter(({ partitions }) => partitions !== undefined);
  const policies = partitioned.map(({ batch, maxPartitionsPerRun }) =>
    maxPartitionsPerRun === undefined ? batch ? null : "none" : maxPartitionsPerRun
  );
  return new Set(policies).size > 1;
}
