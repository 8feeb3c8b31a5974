/** Schedules that could never tick, or whose target does not fit them. */
import type { Asset } from "../assets/declaration.ts";
import { jobOf, type Schedule, selectionOf } from "../automation/schedule.ts";
import type { CompiledDefinitions } from "../compile.ts";
import { type Issue, SluiceError } from "../issue.ts";
import { type Partitions, samePartitions } from "../partitions/definition.ts";
import { windowsOf } from "../partitions/windows_of.ts";
import type { RankSet } from "../reach.ts";
import { selectAssets } from "../selection/select.ts";
import { parseCron } from "../time/cron.ts";
import { openZone } from "../time/zone.ts";
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

function cronIssues(schedule: Schedule): readonly Issue[] {
  const { crons, timezone = "UTC" } = schedule;
  if (crons.length === 0) {
    return schedule.timezone === undefined ? [] : [
      issueOf(schedule, "timezone", "DEFINITION_INVALID", "it has a timezone and no cron.", {
        hint: "Without a cron, the zone of the target's windows counts: leave the timezone out.",
      }),
    ];
  }
  return [
    ...issuesFrom(schedule, ["timezone"], () => openZone(timezone)),
    ...crons.flatMap((cron, index) => issuesFrom(schedule, ["cron", String(index)], () => parseCron(cron))),
  ];
}

/** What reading a field finds, with the place of the field. */
function issuesFrom(
  { name, site }: Schedule,
  field: readonly string[],
  read: () => unknown,
): readonly Issue[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.issues.map(({ code, message, hint }) =>
      found(code, `The schedule ${name}: ${message}`, { path: ["schedules", name, ...field], site, hint })
    );
  }
}

function targetIssues(
  compiled: CompiledDefinitions,
  jobs: Declared["jobs"],
  schedule: Schedule,
): readonly Issue[] {
  const job = jobOf(schedule);
  if (job && !jobs.includes(job)) {
    return [issueOf(schedule, "target", "DEPENDENCY_UNLISTED", `its job ${job.name} is not listed.`, {
      hint: "Add it to the jobs given to definitions().",
    })];
  }
  let chosen: RankSet;
  try {
    chosen = selectAssets(compiled, selectionOf(schedule));
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (job) return [];
    return error.issues.map(({ code, message, hint }) =>
      issueOf(schedule, "target", code, message, { hint })
    );
  }
  return partitionIssues(schedule, compiled.assets.filter((_, rank) => chosen[rank] === 1));
}

/** One tick means one partition, or one set of them; of unlike partitions nobody could say which. */
function partitionIssues(schedule: Schedule, assets: readonly Asset[]): readonly Issue[] {
  const runnable = assets.filter(({ "~step": { kind } }) => kind !== "external");
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
