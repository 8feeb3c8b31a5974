/** `sluice schedules`: what is due when, and what became of it. */
import type { Schedule } from "../../../model/automation/schedule.ts";
import { type ExplainedTick, explainTick } from "../../../model/automation/explain.ts";
import type { Definitions } from "../../../model/definitions.ts";
import { quote } from "../../../model/quote.ts";
import { didYouMean } from "../../../model/suggest.ts";
import { openScheduled, scheduleId } from "../../../triggers/schedules/scheduled.ts";
import { windowsOf } from "../../../model/partitions/windows_of.ts";
import type { TriggerStatus } from "../../../triggers/status.ts";
import { type Answer, type Command, defineCommand, type Session } from "../../command.ts";
import { usageError } from "../../line/usage.ts";
import { type Column, formatColumns } from "../../print/columns.ts";
import { formatInstant, plural } from "../../print/number.ts";
import type { Page } from "../../print/page.ts";

const ACTIONS = ["explain", "pause", "resume"] as const;
type Action = typeof ACTIONS[number];

/** Lists schedules, explains one, and pauses and resumes it. */
export const schedules: Command = defineCommand({
  name: "schedules",
  summary: "Lists schedules with their next and their last tick, explains one, or pauses or resumes it",
  description: [
    "`sluice schedules MODULE explain NAME` prints the next instants in the zone of the schedule and in UTC, and says where a " +
    "change of clocks has moved one. A local time that does not exist moves to the first instant after the gap; one that exists " +
    "twice counts the second time; crons of every hour follow elapsed time.",
    "`pause` and `resume` are recorded: they hold for every process that serves the history.",
  ],
  takesModule: true,
  args: {
    words: {
      summary: "explain, pause or resume, and the name of a schedule; without them, all are listed",
      arity: "many",
    },
  },
  options: {
    limit: {
      type: "count",
      least: 1,
      value: "N",
      summary: "How many instants `explain` shows",
      default: "10",
    },
    from: {
      type: "text",
      value: "TIME",
      summary: "From when on: a date, or a date and time with Z. Default: now",
    },
  },
  examples: [
    { line: "schedules shop.ts", summary: "All schedules" },
    {
      line: "schedules shop.ts explain nightly --from 2026-10-24",
      summary: "Its instants around a change of clocks",
    },
    { line: "schedules shop.ts pause nightly", summary: "Lets it start nothing until it is resumed" },
  ],
  async run({ args, options, session, host }) {
    const definitions = await session.definitions();
    const [action, schedule] = readWords(args.words, definitions);
    if (action === undefined) return await listAll(definitions, session);
    if (action === "explain") {
      const fromMs = options.from === undefined ? host.clock.now() : readInstant(options.from);
      return explain(definitions, schedule, fromMs, options.limit);
    }
    return await change(action, schedule, session);
  },
});

function readWords(
  [action, name, more]: readonly string[],
  { schedules }: Definitions,
): readonly [undefined] | readonly [Action, Schedule] {
  if (action === undefined) return [undefined];
  if (!ACTIONS.includes(action as Action)) {
    throw usageError(
      `sluice schedules does not know ${quote(action)}.`,
      didYouMean(action, ACTIONS) ?? `Write ${ACTIONS.join(", ")}, and the name of a schedule.`,
    );
  }
  if (name === undefined || more !== undefined) {
    throw usageError(`sluice schedules MODULE ${action} takes the name of one schedule.`);
  }
  const schedule = schedules.get(name);
  if (schedule) return [action as Action, schedule];
  const known = [...schedules.keys()];
  throw usageError(
    `There is no schedule ${quote(name)}.`,
    didYouMean(name, known) ?? (known.length > 0 ? `There are ${known.slice(0, 10).join(", ")}.` : undefined),
  );
}

/** A schedule, and what is recorded of it. */
interface Row {
  readonly schedule: Schedule;
  readonly status: TriggerStatus | undefined;
  readonly when: string;
}

async function listAll(definitions: Definitions, session: Session): Promise<Answer> {
  const orchestrator = await session.orchestrator("read");
  const statuses = new Map((await orchestrator.triggers()).map((status) => [status.id, status]));
  const rows = Array.from(definitions.schedules.values(), (schedule) => ({
    schedule,
    status: statuses.get(scheduleId(schedule.name)),
    when: whenOf(definitions, schedule),
  }));
  return {
    text: (page) => rows.length === 0 ? ["The module declares no schedules."] : formatList(rows, page),
    json: () => ({ schedules: rows.map(rowJson) }),
  };
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "schedule", text: ({ schedule }) => schedule.name },
  { title: "when", text: ({ when }) => when },
  { title: "is", text: ({ status }) => status?.isOn ? "on" : "off" },
  { title: "next", text: ({ status }) => status?.nextMs === undefined ? "" : formatInstant(status.nextMs) },
  { title: "last", text: ({ status }) => instantOf(status?.lastTick?.dueMs) },
  { title: "came to", text: ({ status }) => outcomeOf(status) },
];

function formatList(rows: readonly Row[], page: Page): string[] {
  return [...formatColumns(rows, COLUMNS, page), page.style.dim(plural(rows.length, "schedule"))];
}

function outcomeOf(status: TriggerStatus | undefined): string {
  const tick = status?.lastTick;
  if (!tick) return "";
  const why = tick.error?.message ?? tick.reason ?? tick.runs[0];
  return why === undefined ? tick.status : `${tick.status}: ${why}`;
}

function instantOf(atMs: number | undefined): string {
  return atMs === undefined ? "" : formatInstant(atMs);
}

function rowJson({ schedule, status }: Row): object {
  const { name, crons, timezone, partitions, misfire, overlap, jitterMs, startMs, endMs, description } =
    schedule;
  const { isOn, nextMs, lastTick, lastRequest, failures } = status ?? {};
  return {
    name,
    crons,
    timezone,
    partitions,
    misfire,
    overlap,
    jitterMs,
    startMs,
    endMs,
    description,
    isOn,
    nextMs,
    lastTick,
    lastRequest,
    failures,
  };
}

/** When a schedule ticks, in few words. */
function whenOf(definitions: Definitions, schedule: Schedule): string {
  if (schedule.crons.length > 0) return `${schedule.crons.join(", ")} ${schedule.timezone}`;
  const [cron, timezone] = cronsOf(definitions, schedule);
  return `windows of ${cron} ${timezone}`;
}

function cronsOf(definitions: Definitions, schedule: Schedule): readonly [string, string] {
  const windows = windowsOf(openScheduled(definitions, schedule).target.partitions);
  return [windows?.cron ?? "", windows?.timezone ?? "UTC"];
}

function explain(definitions: Definitions, schedule: Schedule, fromMs: number, count: number): Answer {
  const [cron, zone] = schedule.crons.length > 0
    ? ["", schedule.timezone ?? "UTC"]
    : cronsOf(definitions, schedule);
  const crons = schedule.crons.length > 0 ? schedule.crons : [cron];
  const { timetable } = openScheduled(definitions, schedule).target;
  const ticks: ExplainedTick[] = [];
  for (
    let at = timetable.next(fromMs - 1);
    at !== undefined && ticks.length < count;
    at = timetable.next(at)
  ) {
    ticks.push(explainTick(crons, zone, at));
  }
  return {
    text: (page) => [
      `${schedule.name}: ${whenOf(definitions, schedule)}`,
      ...ticks.length === 0
        ? ["It never ticks from then on."]
        : formatColumns(ticks, tickColumns(zone), page),
    ],
    json: () => ({ schedule: schedule.name, timezone: zone, ticks }),
  };
}

function tickColumns(zone: string): readonly Column<ExplainedTick>[] {
  return [
    { title: zone, text: ({ local }) => local },
    { title: "UTC", text: ({ atMs }) => new Date(atMs).toISOString().slice(0, 19).replace("T", " ") },
    { title: "note", text: ({ note }) => note ?? "" },
  ];
}

function readInstant(text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw usageError(
    `--from takes a date or an instant, not ${quote(text)}.`,
    "Write 2026-10-24, or 2026-10-24T22:00Z.",
  );
}

async function change(action: "pause" | "resume", { name }: Schedule, session: Session): Promise<Answer> {
  const orchestrator = await session.orchestrator("share");
  const id = scheduleId(name);
  if (action === "pause") await orchestrator.pauseTrigger(id, { by: "sluice schedules" });
  else await orchestrator.resumeTrigger(id, { by: "sluice schedules" });
  const isOn = action === "resume";
  return {
    text: () => [isOn ? `${name} is on.` : `${name} is paused: it starts nothing until it is resumed.`],
    json: () => ({ schedule: name, isOn }),
  };
}
