/**
 * When Airflow runs a cron, to the instant. It goes from one run to the next: the local time of the last run, the next
 * match of the cron on a wall clock that is never set, and that local time as an instant again. Times that do not exist
 * are moved by the length of the gap, those that exist twice are the second ones, and crons of every hour add what lies
 * between the two local times as elapsed time. Held against Airflow's own timetables in `tests/conformance/airflow`.
 */
import { type Cron, parseCron } from "../../../src/model/time/cron.ts";
import { lastTimeBefore, WallTimes } from "../../../src/model/time/wall_times.ts";
import { openZone, type Zone } from "../../../src/model/time/zone.ts";

/** A cron in a zone, as Airflow counts. Instants are epoch milliseconds. */
export class AirflowCron {
  readonly zone: Zone;
  readonly #cron: Cron;

  constructor(cron: string, timezone: string) {
    this.#cron = parseCron(cron);
    this.zone = openZone(timezone);
  }

  /** The run after an instant; Infinity behind the year 9999. */
  next(instantMs: number): number {
    const local = this.local(instantMs);
    const times = new WallTimes(this.#cron);
    times.seek(local + 1);
    return this.#cron.everyHour ? instantMs + (times.current - local) : this.#instantOf(times.current);
  }

  /** The run before an instant; -Infinity before the year 1. */
  previous(instantMs: number): number {
    const local = this.local(instantMs);
    const time = lastTimeBefore(this.#cron, local);
    return this.#cron.everyHour ? instantMs - (local - time) : this.#instantOf(time);
  }

  /** The instant itself when the one after it has it before it, else the one after it. */
  first(instantMs: number): number {
    const next = this.next(instantMs);
    return this.previous(next) === instantMs ? instantMs : next;
  }

  /** An instant some runs on, or back. */
  move(instantMs: number, runs: number): number {
    let at = instantMs;
    for (let left = Math.abs(runs); left > 0; left--) at = runs > 0 ? this.next(at) : this.previous(at);
    return at;
  }

  /** The local time of an instant. */
  local(instantMs: number): number {
    return instantMs + this.zone.offsetOf(this.zone.segmentAt(instantMs));
  }

  #instantOf(localMs: number): number {
    if (!Number.isFinite(localMs)) return localMs;
    const instants = this.zone.instantsOf(localMs);
    if (instants.length > 0) return instants[instants.length - 1];
    const after = this.zone.segmentAt(this.zone.firstInstantOf(localMs));
    return localMs - this.zone.offsetOf(after - 1);
  }
}

/** The runs of one or several crons from an instant on: those of the first of them, each counted from the last run. */
export function* airflowTicks(
  crons: readonly string[],
  timezone: string,
  fromMs: number,
): Generator<number, void, void> {
  const all = crons.map((cron) => new AirflowCron(cron, timezone));
  let tick = Math.min(...all.map((cron) => cron.first(fromMs)));
  while (tick < Infinity) {
    yield tick;
    const last = tick;
    tick = Math.min(...all.map((cron) => cron.next(last)));
  }
}
