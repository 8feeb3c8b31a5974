/** Schedules that could never tick, or whose target does not fit them. */
import type { Schedule } from "../automation/schedule.ts";
import type { CompiledDefinitions } from "../compile.ts";
import { type Issue, SluiceError } from "../issue.ts";
import { type Partitions, samePartitions } from "../partitions/definition.ts";
import { selectAssets } from "../selection/select.ts";
import { openCadence } from "../time/cadence.ts";
import { configIssues } from "./config.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";

/** Everything wrong with schedules that can be seen once the graph is there. */
export function checkSchedules(
  compiled: CompiledDefinitions,
  { jobs, schedules }: Pick<Declared, "jobs" | "schedules">,
): readonly Issue[] {
  return schedules.flatMap((schedule) => [
    ...cronIssues(schedule),
    ...targetIssues(compiled, jobs, schedule),
    ...configIssues(compiled, { what: `The schedule ${schedule.name}`, list: "schedules", ...schedule }),
  ]);
}

/** The assets that a schedule runs, by rank. Throws as a selection does. */
export function scheduledAssets(
  compiled: Pick<CompiledDefinitions, "assets" | "graph">,
  { target }: Schedule,
): readonly number[] {
  const selection = isJob(target) ? target.selection : target;
  const chosen = selectAssets(compiled, selection);
  return [...chosen.keys()].filter((rank) => chosen[rank] === 1);
}

/** The dimension of time whose windows a schedule without a cron follows: the definition, or its one dimension of time. */
export function windowsOf(
  partitions: Partitions | undefined,
): Partitions & { readonly kind: "time" } | undefined {
  if (partitions?.kind === "time") return partitions;
  if (partitions?.kind !== "multi") return undefined;
  const times = Object.values(partitions.dimensions).filter(({ kind }) => kind === "time");
  return times.length === 1 ? times[0] as Partitions & { readonly kind: "time" } : undefined;
}

function isJob(target: Schedule["target"]): target is Extract<Schedule["target"], { readonly kind: "job" }> {
  return typeof target === "object" && "kind" in target && target.kind === "job";
}

function cronIssues(schedule: Schedule): readonly Issue[] {
  const { crons, timezone, name } = schedule;
  if (crons.length === 0 && timezone !== undefined) {
    return [issueOf(schedule, "timezone", "DEFINITION_INVALID", `it has a timezone and no cron.`, {
      hint: "Without a cron, the zone of the target's windows counts: leave the timezone out.",
    })];
  }
  return crons.flatMap((cron, index) => {
    try {
      openCadence(cron, timezone ?? "UTC");
      return [];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const field = error.code === "TIMEZONE_UNKNOWN" ? ["timezone"] : ["cron", String(index)];
      return error.issues.map(({ code, message, hint }) =>
        found(code, `The schedule ${name}: ${message}`, {
          path: ["schedules", name, ...field],
          site: schedule.site,
          hint,
        })
      );
    }
  }).filter(({ code }, index) => code !== "TIMEZONE_UNKNOWN" || index === 0);
}

function targetIssues(
  compiled: CompiledDefinitions,
  jobs: Declared["jobs"],
  schedule: Schedule,
): readonly Issue[] {
  const { target } = schedule;
  if (isJob(target) && !jobs.includes(target)) {
    return [issueOf(schedule, "target", "DEPENDENCY_UNLISTED", `its job ${target.name} is not listed.`, {
      hint: "Add it to the jobs given to definitions().",
    })];
  }
  let ranks: readonly number[];
  try {
    ranks = scheduledAssets(compiled, schedule);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (isJob(target)) return [];
    return error.issues.map(({ code, message, hint }) =>
      issueOf(schedule, "target", code, message, { hint })
    );
  }
  return partitionIssues(compiled, schedule, ranks);
}

/** One tick means one partition, or one set of them; of unlike partitions nobody could say which. */
function partitionIssues(
  { assets }: CompiledDefinitions,
  schedule: Schedule,
  ranks: readonly number[],
): readonly Issue[] {
  const runnable = ranks.map((rank) => assets[rank]).filter(({ "~step": { kind } }) => kind !== "external");
  if (runnable.length === 0) {
    return [issueOf(schedule, "target", "SELECTION_EMPTY", "it selects external assets only.", {
      hint: "Select assets that Sluice makes.",
    })];
  }
  const [first, ...others] = runnable.filter(({ partitions }) => partitions !== undefined);
  const unlike = others.find(({ partitions }) =>
    !samePartitions(partitions as Partitions, first.partitions as Partitions)
  );
  if (unlike) {
    return [issueOf(
      schedule,
      "target",
      "DEFINITION_INVALID",
      `it runs ${first.key} and ${unlike.key}, which are partitioned differently.`,
      { hint: "Give each partitioning a schedule of its own." },
    )];
  }
  if (schedule.crons.length > 0 || windowsOf(first?.partitions)) return [];
  return [issueOf(
    schedule,
    "cron",
    "DEFINITION_INVALID",
    first
      ? `it has no cron, and ${first.key} is not partitioned by time.`
      : "it has no cron, and its target has no partitions.",
    { hint: 'Give it a cron: cron: "0 2 * * *".' },
  )];
}

function issueOf(
  { name, site }: Schedule,
  field: string,
  code: Issue["code"],
  problem: string,
  { hint }: { readonly hint: string | undefined },
): Issue {
  return found(code, `The schedule ${name}: ${problem}`, { path: ["schedules", name, field], site, hint });
}
