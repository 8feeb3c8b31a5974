/** Runs and their steps for people. */
import { byOf, formatBy } from "../../model/audit/audit.ts";
import type { RecordedError } from "../../model/events/event.ts";
import type { ElementRecord, RunRecord, StepCounts, StepRecord } from "../../model/events/record.ts";
import type { ElementStatus, RunStatus, StepStatus } from "../../model/events/status.ts";
import { type Column, formatColumns, formatFields } from "./columns.ts";
import { inert, inertLines } from "./inert.ts";
import { formatCount, formatDuration, formatInstant, plural } from "./number.ts";
import type { Page, Paint } from "./page.ts";
import { cut } from "./width.ts";

/** The tag of runs that undo what another one has made. */
const COMPENSATES = "sluice/compensates";

/** What a run came to, on one line. */
export function formatRunLine(run: RunRecord, page: Page): string {
  const time = durationOf(run);
  const counts = describeCounts(run.steps);
  const status = statusPaint(run.status, page)(run.status);
  return `${page.style.bold(`Run ${inert(run.id)}`)}  ${status}${time === "" ? "" : ` in ${time}`}${
    counts === "" ? "" : `: ${counts}`
  }${describeChecks(run)}`;
}

/** `1,461 succeeded, 2 failed`; nothing for a run without steps. */
export function describeCounts(counts: StepCounts): string {
  const { total, success, failed, skipped, upstreamFailed, canceled, undone = 0, undoFailed = 0 } = counts;
  const open = total - success - failed - skipped - upstreamFailed - canceled - undone - undoFailed;
  const parts: readonly (readonly [number, string])[] = [
    [success, "succeeded"],
    [failed, "failed"],
    [upstreamFailed, "not started because upstream failed"],
    [skipped, "skipped"],
    [canceled, "canceled"],
    [undone, "undone"],
    [undoFailed, "not undone"],
    [open, "not finished"],
  ];
  return parts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`).join(
    ", ",
  );
}

function describeChecks({ checks }: RunRecord): string {
  const parts = [
    ...(checks.failed > 0 ? [`${plural(checks.failed, "check")} failed`] : []),
    ...(checks.warned > 0 ? [`${plural(checks.warned, "check")} warned`] : []),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

/** How long a run or a step took; empty while it goes. */
function durationOf({ startedMs, finishedMs }: Pick<RunRecord, "startedMs" | "finishedMs">): string {
  return startedMs === undefined || finishedMs === undefined ? "" : formatDuration(finishedMs - startedMs);
}

/** Failed steps with their errors, and how to see more of them. */
export function formatFailures(
  runId: string,
  failures: readonly StepRecord[],
  total: number,
  page: Page,
): string[] {
  const lines = failures.flatMap((step) => [
    `  ${page.style.red("failed")} ${inert(nameOf(step))}`,
    ...(step.error ? errorLines(step.error, page).map((line) => `    ${line}`) : []),
  ]);
  const more = total > failures.length ? [`  and ${plural(total - failures.length, "more failure")}`] : [];
  const hint = failures.length === 0 ? [] : [
    page.style.dim(
      `  sluice logs ${inert(runId)} --step ${failures[0].step} shows what the first of them printed`,
    ),
  ];
  return [...lines, ...more, ...hint];
}

/** A recorded error in words: an error of Sluice has its code in front, others their name. */
export function describeError({ name, message }: RecordedError): string {
  return name === "SluiceError" ? message : `${name}: ${message}`;
}

/** An error and what caused it; the first line is cut to the page. */
function errorLines(error: RecordedError, page: Page): string[] {
  const [first, ...rest] = inertLines(describeError(error));
  const own = [cut(first, page.width - 4, page.glyphs.ellipsis), ...rest.slice(0, 10)];
  return error.cause ? [...own, ...errorLines(error.cause, page).map((line) => `because: ${line}`)] : own;
}

/** Lists of runs. */
export function formatRuns(runs: readonly RunRecord[], page: Page): string[] {
  const columns: readonly Column<RunRecord>[] = [
    { title: "run", text: ({ id }) => id },
    { title: "status", text: statusOf, paint: ({ status }) => statusPaint(status, page) },
    { title: "started", text: ({ createdMs, startedMs }) => formatInstant(startedMs ?? createdMs) },
    { title: "took", text: durationOf, align: "right" },
    { title: "of", text: (run) => originOf(run) },
    { title: "by", text: startedBy },
    { title: "steps", text: ({ steps }) => describeCounts(steps) },
    { title: "tags", text: ({ tags }) => describeTags(tags) },
  ];
  return formatColumns(runs, columns, page);
}

/** What is recorded of a run. */
export interface ShownRun {
  readonly run: RunRecord;
  readonly steps: readonly StepRecord[];
  readonly elements: readonly ElementRecord[];
}

/** One run with its steps. */
export function formatRun({ run, steps, elements }: ShownRun, limit: number, page: Page): string[] {
  const fields = formatFields([
    ["status", run.status, statusPaint(run.status, page)],
    ["waits for", run.waitsFor ?? ""],
    ["priority", run.priority === 0 ? "" : String(run.priority)],
    ["of", originOf(run)],
    ["started by", startedBy(run)],
    ["created", formatInstant(run.createdMs)],
    ["took", durationOf(run)],
    ["steps", describeCounts(run.steps)],
    ["checks", describeChecks(run).replace("; ", "")],
    ["tags", describeTags(run.tags)],
    ["recovered", run.recoveries > 0 ? `${plural(run.recoveries, "time")} in a row in vain` : ""],
    ["error", run.error ? describeError(run.error) : "", page.style.red],
  ], page);
  const shown = steps.slice(0, limit);
  const rest = steps.length - shown.length;
  return [
    page.style.bold(`Run ${inert(run.id)}`),
    ...fields,
    "",
    ...formatSteps(shown, countElements(elements), page),
    ...(rest > 0 ? [page.style.dim(`and ${plural(rest, "more step")}; --limit 0 shows all`)] : []),
  ];
}

/** How many elements of each step came to what. */
function countElements(elements: readonly ElementRecord[]): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const [step, records] of Map.groupBy(elements, ({ step }) => step)) {
    const counts = Map.groupBy(records, ({ status }) => ELEMENT_WORDS[status]);
    words.set(step, Array.from(counts, ([word, { length }]) => `${formatCount(length)} ${word}`).join(", "));
  }
  return words;
}

const ELEMENT_WORDS: { readonly [status in ElementStatus]: string } = {
  running: "not finished",
  up_for_retry: "not finished",
  success: "made",
  failed: "failed",
  skipped: "skipped",
  canceled: "canceled",
};

function formatSteps(
  steps: readonly StepRecord[],
  elements: ReadonlyMap<number, string>,
  page: Page,
): string[] {
  const columns: readonly Column<StepRecord>[] = [
    { title: "#", text: ({ step }) => String(step), align: "right" },
    { title: "step", text: nameOf },
    { title: "status", text: ({ status }) => status, paint: ({ status }) => statusPaint(status, page) },
    { title: "took", text: durationOf, align: "right" },
    { title: "attempts", text: ({ attempts }) => attempts > 1 ? String(attempts) : "", align: "right" },
    ...(elements.size === 0
      ? []
      : [{ title: "elements", text: ({ step }: StepRecord) => elements.get(step) ?? "" }]),
    { title: "why", text: whyOf },
  ];
  return formatColumns(steps, columns, page);
}

/** A step with its partition, or with the first and the last of them. */
export function nameOf({ name, partitionKeys }: StepRecord): string {
  if (partitionKeys.length === 0) return name;
  const [first] = partitionKeys;
  const last = partitionKeys[partitionKeys.length - 1];
  return partitionKeys.length === 1
    ? `${name} ${first}`
    : `${name} ${first}...${last} (${partitionKeys.length})`;
}

function whyOf({ status, error, reason, chain, undo }: StepRecord): string {
  if (undo?.error) return `undoing it failed: ${describeError(undo.error).split("\n", 1)[0]}`;
  if (undo?.reason !== undefined) return undo.reason.split("\n", 1)[0];
  if (error) return describeError(error).split("\n", 1)[0];
  if (status === "upstream_failed" && chain.length > 0) return `step ${chain[chain.length - 1]} failed`;
  return reason ?? "";
}

/** The status, and what a queued run waits for. */
function statusOf({ status, waitsFor }: RunRecord): string {
  return waitsFor === undefined ? status : `${status}: ${waitsFor}`;
}

function originOf({ job, backfill, parent, tags }: RunRecord): string {
  if (tags[COMPENSATES] !== undefined) return `undoing ${tags[COMPENSATES]}`;
  return [
    ...(job === undefined ? [] : [`job ${job}`]),
    ...(backfill === undefined ? [] : [`backfill ${backfill}`]),
    ...(parent === undefined ? [] : [`rerun of ${parent}`]),
  ].join(", ");
}

/** Who has started a run, where that is on record. */
function startedBy({ tags }: RunRecord): string {
  const by = byOf(tags);
  return by.via === "api" && by.actor === undefined ? "" : formatBy(by);
}

/** Tags of the user's; those that Sluice finds its own runs by are in JSON only. */
function describeTags(tags: RunRecord["tags"]): string {
  return Object.entries(tags).filter(([name]) => !name.startsWith("sluice/"))
    .map(([name, value]) => `${name}=${value}`).join(", ");
}

const LOOKS: { readonly [status in RunStatus | StepStatus]: keyof Page["style"] } = {
  queued: "dim",
  pending: "dim",
  running: "cyan",
  canceling: "yellow",
  interrupted: "yellow",
  parked: "red",
  up_for_retry: "yellow",
  upstream_failed: "yellow",
  success: "green",
  failed: "red",
  skipped: "dim",
  canceled: "yellow",
  undoing: "cyan",
  undone: "yellow",
  undo_failed: "red",
};

function statusPaint(status: RunStatus | StepStatus, { style }: Page): Paint {
  return style[LOOKS[status]];
}
