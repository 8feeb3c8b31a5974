/** The trigger that looks after all schedules: one sleeper, a line of ticks for each schedule, and what is recorded of them. */
import type { Definitions } from "../../model/definitions.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import type { TriggerRecord } from "../../model/events/record.ts";
import type { Trigger, TriggerHost, TriggerUnit, UnitsRequest } from "../contract.ts";
import { type Cursor, cursorOf, firstCursor, resumeCursor } from "./cursor.ts";
import { jitterOf } from "./jitter.ts";
import { ScheduleLine } from "./line.ts";
import { openScheduled, type Scheduled } from "./scheduled.ts";
import { Ticker } from "./ticker.ts";

/** Makes the trigger of the schedules of some definitions. */
export function scheduleTrigger(definitions: Definitions): Trigger {
  return new ScheduleTrigger(definitions);
}

/** What is there between a start and a stop. */
interface Running {
  readonly host: TriggerHost;
  readonly ticker: Ticker<ScheduleLine>;
  readonly lines: ReadonlyMap<string, ScheduleLine>;
  readonly unsubscribe: () => void;
  /** Ticks that are worked on. */
  readonly busy: Set<Promise<void>>;
}

class ScheduleTrigger implements Trigger {
  readonly id = "schedules";
  readonly type = "schedule";
  readonly #definitions: Definitions;
  #scheduled: readonly Scheduled[] | undefined = undefined;
  #running: Running | undefined = undefined;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get isActive(): boolean {
    return this.#running !== undefined;
  }

  /** Worked out when they are needed first. */
  get #all(): readonly Scheduled[] {
    return this.#scheduled ??= Array.from(
      this.#definitions.schedules.values(),
      (schedule) => openScheduled(this.#definitions, schedule),
    );
  }

  units({ records, nowMs }: UnitsRequest): readonly TriggerUnit[] {
    return this.#all.map((scheduled) => {
      const { id, schedule: { enabled }, target } = scheduled;
      const cursor = cursorOf(scheduled, records.get(id)) ?? firstCursor(scheduled, records.get(id), nowMs);
      const next = target.timetable.next(cursor.atMs);
      const resumed = resumeCursor(scheduled, nowMs);
      return {
        id,
        enabled,
        ...(next !== undefined && { nextMs: next + jitterOf(scheduled.schedule, next) }),
        ...(resumed && { resumeCursor: resumed }),
      };
    });
  }

  async start(host: TriggerHost): Promise<void> {
    if (this.#running) return;
    const lines = new Map<string, ScheduleLine>();
    const busy = new Set<Promise<void>>();
    const ticker = new Ticker<ScheduleLine>(host.clock, {
      due: (due) => due.forEach((line) => this.#work(line)),
      jump: (byMs) => void host.noteJump(byMs).catch(() => {}),
    });
    const unsubscribe = host.onSwitch((change) => this.#switch(change));
    this.#running = { host, ticker, lines, unsubscribe, busy };
    try {
      const records = new Map((await host.history.triggers()).map((record) => [record.id, record]));
      const opened = await Promise.all(this.#all.map((each) => openLine(host, each, records.get(each.id))));
      for (const line of opened) lines.set(line.id, line);
      for (const line of opened) this.#wait(line);
      ticker.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.unsubscribe();
    running.ticker.stop();
    await Promise.allSettled(running.busy);
  }

  /** Waits for the next instant of a schedule, unless it is off or at work. */
  #wait(line: ScheduleLine): void {
    const { nextMs, isOn } = line;
    if (isOn && nextMs !== undefined) this.#running?.ticker.set(line, nextMs);
    else this.#running?.ticker.remove(line);
  }

  #work(line: ScheduleLine): void {
    const { busy } = this.#running as Running;
    const work = line.work().finally(() => {
      busy.delete(work);
      this.#wait(line);
    });
    busy.add(work);
  }

  /** A schedule was paused or resumed, or goes on from somewhere else. */
  #switch({ trigger, enabled, cursor }: EventPayloads["trigger_changed"]): void {
    const line = this.#running?.lines.get(trigger);
    if (!line) return;
    line.change(enabled, cursor as Cursor | undefined);
    this.#wait(line);
  }
}

/** What is there of a schedule when it is looked after: where it was, or for one that is new from where it goes on. */
async function openLine(
  host: TriggerHost,
  scheduled: Scheduled,
  record: TriggerRecord | undefined,
): Promise<ScheduleLine> {
  const known = cursorOf(scheduled, record);
  const cursor = known ?? firstCursor(scheduled, record, host.clock.now());
  if (!known) await host.move(scheduled.id, cursor);
  const isOn = record?.enabled ?? scheduled.schedule.enabled;
  return new ScheduleLine(host, scheduled, { cursor, isOn, lastRuns: record?.lastRequest?.runs ?? [] });
}
