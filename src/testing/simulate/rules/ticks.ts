/** The rule of ticks: an instant of a schedule has one tick and one run, and a schedule that makes up for all has them all. */
import type { SluiceEvent } from "../../../model/events/event.ts";
import type { Definitions } from "../../../model/definitions.ts";
import type { Schedule } from "../../../model/automation/schedule.ts";
import { openTimetable } from "../../../model/automation/timetable.ts";
import { InvariantError } from "../contract.ts";

const PREFIX = "schedule:";

/** What was asked for by schedules so far. */
export class TicksModel {
  /** Instants that have a tick, by schedule. */
  readonly #ticks: Map<string, Set<number>> = new Map();
  /** Runs by schedule and instant. */
  readonly #runs: Map<string, string> = new Map();
  /** Ticks by run. */
  readonly #claims: Map<string, string> = new Map();

  /** Takes an event, in the order of commits. Throws {@linkcode InvariantError}. */
  take(event: SluiceEvent): void {
    if (event.type === "run_created") this.#takeRun(event.runId, event.payload.tags);
    if (event.type !== "tick_recorded" || !event.payload.trigger.startsWith(PREFIX)) return;
    const { trigger, dueMs, runs = [] } = event.payload;
    if (dueMs === undefined) return;
    const name = trigger.slice(PREFIX.length);
    const tick = `${name} at ${new Date(dueMs).toISOString()}`;
    const ticks = this.#ticks.get(name) ?? new Set();
    this.#ticks.set(name, ticks);
    if (ticks.has(dueMs)) throw new InvariantError("I5", `${tick} has two ticks`);
    ticks.add(dueMs);
    for (const run of runs) {
      const other = this.#claims.get(run);
      if (other !== undefined) {
        throw new InvariantError("I5", `${tick} and ${other} have the same run ${run}`);
      }
      this.#claims.set(run, tick);
    }
  }

  #takeRun(id: string, tags: { readonly [name: string]: string }): void {
    const { "sluice/schedule": schedule, "sluice/due": due } = tags;
    if (schedule === undefined || due === undefined || tags["sluice/compensates"] !== undefined) return;
    const instant = `${schedule} at ${due}`;
    const other = this.#runs.get(instant);
    if (other !== undefined) throw new InvariantError("I5", `${instant} has two runs, ${other} and ${id}`);
    this.#runs.set(instant, id);
  }

  /** All instants of schedules that make up for every one of them have their run by now. */
  verifyEnd({ schedules }: Definitions, startMs: number, untilMs: number): void {
    for (const schedule of schedules.values()) {
      if (!hasAll(schedule)) continue;
      const timetable = openTimetable(schedule, undefined);
      for (let at = timetable.next(startMs); at !== undefined && at <= untilMs; at = timetable.next(at)) {
        const due = new Date(at).toISOString();
        if (this.#runs.has(`${schedule.name} at ${due}`)) continue;
        throw new InvariantError("I5", `${schedule.name} at ${due} has no run`);
      }
    }
  }
}

/** Whether each instant of a schedule has a run, whatever happens. Those of windows follow what it runs. */
function hasAll({ enabled, crons, misfire, overlap, jitterMs, request }: Schedule): boolean {
  return enabled && crons.length > 0 && misfire.policy === "fire-all" && misfire.cap >= 10_000 &&
    overlap === "allow" && jitterMs === 0 && request === undefined;
}
