/** One sensor at work: it looks when it comes due, never twice at once, and sees to what it has found. */
import type { RecordedError } from "../../model/events/event.ts";
import type { TriggerRecord } from "../../model/events/record.ts";
import type { TriggerHost } from "../contract.ts";
import { tookTooLong } from "./alone.ts";
import { type Asking, carryOut } from "./carry_out.ts";
import { newsOf } from "./news.ts";
import type { Due, DueQueue } from "./due.ts";
import type { Findings, Look, Looker } from "./look.ts";
import { type Memory, readMemory, writeMemory } from "./memory.ts";

/** The longest pause after failures, in milliseconds. */
const LONGEST_PAUSE_MS = 600_000;
/** The first pause of a sensor that looks only when something was recorded. */
const FIRST_PAUSE_MS = 1_000;

/** What a runner works with. */
export interface RunnerParts {
  readonly host: TriggerHost;
  readonly queue: DueQueue;
  readonly asking: Asking;
  readonly looker: Looker;
  readonly describe: (error: unknown) => RecordedError;
}

/** Looks for one sensor. */
export class SensorRunner implements Due {
  dueMs: number | undefined = undefined;
  readonly asking: Asking;
  readonly #parts: RunnerParts;
  #memory: Memory = readMemory(undefined);
  #failures = 0;
  /** Why the last recorded look asked for nothing. */
  #reason: string | undefined = undefined;
  #lastMs: number | undefined = undefined;
  #isOn = false;
  /** The look that is under way, with what it was overtaken by. */
  #looking: Promise<void> | undefined = undefined;
  #isOvertaken = false;
  #abort: AbortController | undefined = undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.asking = parts.asking;
  }

  /** Where it is. */
  get memory(): Memory {
    return this.#memory;
  }

  /** Goes on from what is recorded. */
  resume(record: TriggerRecord | undefined): void {
    this.#memory = readMemory(record?.cursor);
    this.#failures = record?.failures ?? 0;
    const tick = record?.lastTick;
    this.#reason = tick?.status === "skipped" ? tick.reason : undefined;
  }

  /** Lets one that has never looked begin somewhere; it is recorded, so that a restart begins there too. */
  async place(state: unknown): Promise<void> {
    if (this.#memory.state !== undefined || this.#memory.intent) return;
    this.#memory = { ...this.#memory, state };
    await this.#parts.host.move(this.asking.id, writeMemory(this.#memory));
  }

  /** Looks from now on, or no longer. */
  switch(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    const { queue } = this.#parts;
    if (isOn) queue.schedule(this, 0);
    else queue.forget(this);
  }

  /** Something has happened that it should look at. */
  hasten(delayMs: number): void {
    if (!this.#isOn) return;
    if (this.#looking) this.#isOvertaken = true;
    else if (this.#failures === 0) this.#parts.queue.hasten(this, delayMs);
  }

  wake(): void {
    if (!this.#isOn || this.#looking) return;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Looks no more, and resolves when nothing of it is under way. */
  async end(): Promise<void> {
    this.switch(false);
    this.#abort?.abort(this.#parts.host.signal.reason);
    await this.#looking;
  }

  async #look(): Promise<void> {
    this.#isOvertaken = false;
    let againMs: number | undefined;
    try {
      againMs = await this.#try();
    } catch (error) {
      if (this.#parts.host.signal.aborted) return;
      this.#failures++;
      await this.#fail(error);
    }
    this.#next(againMs);
  }

  async #try(): Promise<number | undefined> {
    const { host, asking, looker } = this.#parts;
    const { intent } = this.#memory;
    if (intent) {
      this.#memory = await carryOut(host, asking, this.#memory, intent);
      this.#failures = 0;
      return 0;
    }
    const nowMs = host.clock.now();
    const findings = await this.#bounded(looker, nowMs);
    this.#lastMs = nowMs;
    if (!this.#isOn || host.signal.aborted) return undefined;
    await this.#settle(findings);
    return findings.againMs;
  }

  async #settle(findings: Findings): Promise<void> {
    const { host, asking } = this.#parts;
    const before = this.#memory;
    const intent = await newsOf(host, asking.id, findings);
    if (!intent) return await this.#idle(findings);
    await host.move(asking.id, writeMemory({ ...before, intent }));
    this.#memory = { ...before, intent };
    this.#memory = await carryOut(host, asking, before, intent);
    this.#failures = 0;
    this.#reason = undefined;
  }

  /** Nothing is asked for: that is recorded when the reason is another one, and when the look before had failed. */
  async #idle({ asks, state, isKept, skip }: Findings): Promise<void> {
    const { host, asking: { id: trigger } } = this.#parts;
    const known = asks.length > 0 ? "Everything was asked for before." : skip;
    const reason = this.#failures > 0 ? known ?? "It can look again." : known;
    const memory = { ...this.#memory, state };
    if (reason !== undefined && reason !== this.#reason) {
      await host.record({ trigger, status: "skipped", reason, cursor: writeMemory(memory) });
    } else if (isKept) await host.move(trigger, writeMemory(memory));
    this.#memory = memory;
    this.#failures = 0;
    this.#reason = reason ?? this.#reason;
  }

  /** The cursor stays; what was decided is decided anew. */
  async #fail(thrown: unknown): Promise<void> {
    const { host, asking, describe } = this.#parts;
    const memory = { ...this.#memory, intent: undefined };
    const tick = { trigger: asking.id, status: "failed" as const, error: describe(thrown) };
    try {
      await host.record({ ...tick, cursor: writeMemory(memory) });
      this.#memory = memory;
    } catch {
      // What cannot be recorded is looked at again by the same intent.
    }
    this.#reason = undefined;
  }

  #next(againMs: number | undefined): void {
    const { queue, asking: { sensor: { intervalMs } } } = this.#parts;
    if (!this.#isOn || this.dueMs !== undefined) return;
    if (this.#failures > 0) queue.schedule(this, pauseMs(this.#failures, intervalMs));
    else if (againMs !== undefined) queue.schedule(this, againMs);
    else if (this.#isOvertaken) queue.schedule(this, 0);
    else if (intervalMs !== undefined) queue.schedule(this, intervalMs);
  }

  /** A look that takes too long is given up; the next one waits until the code of the user has come to its end. */
  async #bounded(looker: Looker, nowMs: number): Promise<Findings> {
    const { host: { clock }, asking: { sensor } } = this.#parts;
    const look = new PendingLook(this.#memory.state, nowMs, this.#lastMs);
    const found = looker(look);
    if (!(found instanceof Promise)) return found;
    this.#abort = look.controller;
    const { promise: late, reject } = Promise.withResolvers<never>();
    look.signal.addEventListener("abort", () => reject(look.signal.reason), { once: true });
    const { timeoutMs } = sensor;
    const cancel = timeoutMs === undefined
      ? undefined
      : clock.after(timeoutMs, () => look.controller.abort(tookTooLong(sensor.name, timeoutMs)));
    try {
      return await Promise.race([found, late]);
    } catch (error) {
      if (look.signal.aborted && !this.#parts.host.signal.aborted) await found.catch(() => {});
      throw error;
    } finally {
      cancel?.();
      this.#abort = undefined;
    }
  }
}

/** Its signal is made when somebody asks for it. */
class PendingLook implements Look {
  readonly state: unknown;
  readonly nowMs: number;
  readonly lastMs: number | undefined;
  #controller: AbortController | undefined = undefined;

  constructor(state: unknown, nowMs: number, lastMs: number | undefined) {
    this.state = state;
    this.nowMs = nowMs;
    this.lastMs = lastMs;
  }

  get controller(): AbortController {
    return this.#controller ??= new AbortController();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}

/** Twice as long after each failure. */
function pauseMs(failures: number, intervalMs: number | undefined): number {
  const first = intervalMs ?? FIRST_PAUSE_MS;
  return Math.max(first, Math.min(LONGEST_PAUSE_MS, first * 2 ** Math.min(failures - 1, 30)));
}
