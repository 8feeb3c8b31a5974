/** Shows the progress of runs while they go: a bar for a person who watches, lines for everybody else. */
import type { RecordedError, SluiceEvent } from "../../model/events/event.ts";
import type { Clock } from "../../model/ports.ts";
import type { Orchestrator } from "../../orchestrator/contract.ts";
import type { Notes } from "../host/notes.ts";
import { inert } from "../print/inert.ts";
import { formatDuration, formatInstant } from "../print/number.ts";
import type { Page, Paint } from "../print/page.ts";
import { describeError } from "../print/run.ts";
import { countsOf, formatBar } from "./bar.ts";
import { type Ending, endingOf, Tally } from "./tally.ts";

/** How often a bar is drawn again, at most. */
const REDRAW_MS = 100;
/** How often a log hears of a run in which nothing ends. */
const HEARTBEAT_MS = 30_000;

/** Follows all runs of an orchestrator until told to stop. Quiet notes want no progress. */
export function followProgress(
  orchestrator: Pick<Orchestrator, "subscribe">,
  expected: number,
  notes: Notes,
  clock: Clock,
): { readonly stop: () => void } {
  if (notes.isQuiet) return { stop() {} };
  const tally = new Tally(expected);
  const startedMs = clock.now();
  const report = notes.isLive
    ? liveReport(tally, startedMs, notes, clock)
    : lineReport(tally, startedMs, notes, clock);
  const unsubscribe = orchestrator.subscribe((events) => {
    for (const event of events) {
      report.see(event);
      tally.add(event);
    }
  });
  return {
    stop() {
      unsubscribe();
      report.stop();
    },
  };
}

interface Report {
  /** Is shown every event before it is counted. */
  see(event: SluiceEvent): void;
  stop(): void;
}

function liveReport(tally: Tally, startedMs: number, notes: Notes, clock: Clock): Report {
  let waiting: (() => void) | undefined;
  const draw = (): void => {
    notes.status(formatBar(tally, clock.now() - startedMs, notes.page));
    waiting = clock.after(REDRAW_MS, draw);
  };
  draw();
  return {
    see(event) {
      const line = event.type === "step_failed"
        ? formatStepEvent(event, tally, notes.page)
        : formatBreakerEvent(event, notes.page);
      if (line !== undefined) notes.note(line);
    },
    stop() {
      waiting?.();
      notes.status(undefined);
    },
  };
}

function lineReport(tally: Tally, startedMs: number, notes: Notes, clock: Clock): Report {
  let takeBack: () => void = () => {};
  const beat = (): void => {
    takeBack = clock.after(HEARTBEAT_MS, () => {
      notes.note(`running  ${countsOf(tally, clock.now() - startedMs).join("  ")}`);
      beat();
    });
  };
  beat();
  return {
    see(event) {
      const line = formatStepEvent(event, tally, notes.page) ?? formatRunEvent(event, notes.page) ??
        formatBreakerEvent(event, notes.page);
      if (line === undefined) return;
      notes.note(line);
      takeBack();
      beat();
    },
    stop: () => takeBack(),
  };
}

const WORDS: { readonly [ending in Ending]: readonly [word: string, look: keyof Page["style"]] } = {
  success: ["ok", "green"],
  failed: ["failed", "red"],
  skipped: ["skipped", "dim"],
  upstream_failed: ["upstream", "yellow"],
  canceled: ["canceled", "yellow"],
};

/** One line for a step that ended or waits for another attempt; undefined for other events. */
function formatStepEvent(event: SluiceEvent, tally: Tally, page: Page): string | undefined {
  const label = tally.label(event);
  if (!label) return undefined;
  const say = (word: string, paint: Paint, detail: string): string =>
    `${paint(word.padEnd(8))} ${inert(label.text)}${detail === "" ? "" : `  ${inert(detail)}`}`;
  if (event.type === "step_retrying") {
    const { error, delayMs } = event.payload;
    return say("retry", page.style.yellow, `in ${formatDuration(delayMs)}: ${firstLine(error)}`);
  }
  const ending = endingOf(event);
  if (ending === undefined) return undefined;
  const [word, look] = WORDS[ending];
  return say(word, page.style[look], detailOf(event, tally));
}

function detailOf(event: SluiceEvent, tally: Tally): string {
  if (event.type === "step_failed") return firstLine(event.payload.error);
  if (event.type === "step_skipped" || event.type === "step_canceled") return event.payload.reason;
  const durationMs = tally.durationMs(event);
  return event.type === "step_succeeded" && durationMs !== undefined ? formatDuration(durationMs) : "";
}

function firstLine(error: RecordedError): string {
  return describeError(error).split("\n", 1)[0];
}

/** Steps that wait look as if nothing went on: what holds them is told in every kind of progress. */
function formatBreakerEvent(event: SluiceEvent, { style }: Page): string | undefined {
  if (event.type === "breaker_opened") {
    const { kind, name, untilMs, error } = event.payload;
    const until = `until ${formatInstant(untilMs)}`;
    return `${style.yellow("breaker ")} ${kind} ${inert(name)} is open ${until}: ${inert(firstLine(error))}`;
  }
  if (event.type === "breaker_closed") {
    const { kind, name } = event.payload;
    return `${style.green("breaker ")} ${kind} ${inert(name)} is closed again`;
  }
  return undefined;
}

function formatRunEvent(event: SluiceEvent, { style }: Page): string | undefined {
  if (event.type === "run_started") return `${style.bold("started ")} run ${event.runId}`;
  if (event.type === "run_queued") {
    return `${style.yellow("queued  ")} run ${event.runId}  waits for ${inert(event.payload.waitsFor)}`;
  }
  if (event.type === "run_canceling") return `${style.yellow("stopping")} run ${event.runId}`;
  if (event.type === "run_finished") {
    return `${style.bold("finished")} run ${event.runId}  ${event.payload.status}`;
  }
  return undefined;
}
