/** Schedules that could never tick, or whose target does not fit them. */
import type { Asset } from "../assets/declaration.ts";
import { jobOf, type Schedule } from "../automation/schedule.ts";
import type { CompiledDefinitions } from "../compile.ts";
import { splitConcurrency } from "../gates/concurrency.ts";
import { type Issue, SluiceError } from "../issue.ts";
import { windowsOf } from "../partitions/windows_of.ts";
import { parseFullCron } from "../time/cron.ts";
import { openZone } from "../time/zone.ts";
import { configIssues } from "./config.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";
import { checkTarget } from "./triggers/target.ts";

/** Everything wrong with schedules that can be seen once the graph is there. */
export function checkSchedules(
  compiled: CompiledDefinitions,
  { jobs, schedules }: Pick<Declared, "jobs" | "schedules">,
): readonly Issue[] {
  return schedules.flatMap((schedule) => [
    ...cronIssues(schedule),
    ...targetIssues(compiled, jobs, schedule),
    ...overlapIssues(schedule),
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
    ...crons.flatMap((cron, index) =>
      issuesFrom(schedule, ["cron", String(index)], () => parseFullCron(cron))
    ),
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
  const targeted = checkTarget(compiled, jobs, schedule);
  return "issues" in targeted ? targeted.issues : windowIssues(schedule, targeted.assets);
}

/** Runs have one key: that of the job, or that by which a schedule lets its runs follow each other. */
function overlapIssues(schedule: Schedule): readonly Issue[] {
  const { overlap } = schedule;
  const job = jobOf(schedule);
  if (overlap === "skip" || overlap === "allow") return [];
  if (splitConcurrency(job?.concurrency).runs.key === undefined) return [];
  const problem =
    `it says what becomes of runs that overlap, and so does the concurrency key of the job ${job?.name}.`;
  return [issueOf(schedule, "overlap", "DEFINITION_INVALID", problem, {
    hint: 'Write overlap: "allow", and leave it to the job; or take the key from the job.',
  })];
}

/** Without a cron, the windows of the target say when. */
function windowIssues(schedule: Schedule, assets: readonly Asset[]): readonly Issue[] {
  const first = assets.find(({ partitions }) => partitions !== undefined);
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
