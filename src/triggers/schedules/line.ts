/** The ticks of one schedule, one after the other: what is due is run, or told why not, and the cursor follows. */
import { jobOf, selectionOf } from "../../model/automation/schedule.ts";
import type { RecordedError } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";
import type { TriggerHost } from "../contract.ts";
import { type Launched, tickRunId } from "../launch.ts";
import type { Cursor } from "./cursor.ts";
import { decide } from "./decide.ts";
import { dueNow, GRACE_MS, type Missed } from "./due.ts";
import { jitterOf } from "./jitter.ts";
import { barrierOf, concurrencyOf } from "./overlap.ts";
import { partitionsAt } from "./timetables.ts";
import type { Scheduled } from "./scheduled.ts";

/** After a store that fails, a tick is tried again in so long. */
const AGAIN_MS = 5_000;

/** How a line begins. */
export interface LineState {
  readonly cursor: Cursor;
  readonly isOn: boolean;
  /** Runs of its latest tick, which may be under way. */
  readonly lastRuns: readonly string[];
}

/** One schedule while it is looked after. */
export class ScheduleLine {
  readonly id: string;
  isOn: boolean;
  readonly #host: TriggerHost;
  readonly #scheduled: Scheduled;
  #cursor: Cursor;
  /** Runs that may be under way, the latest last. */
  #runs: readonly string[];
  readonly #ends: Map<string, Launched["ended"]> = new Map();
  /** Not looked at before: a store has failed. */
  #againMs = -Infinity;
  #isBusy = false;

  constructor(host: TriggerHost, scheduled: Scheduled, { cursor, isOn, lastRuns }: LineState) {
    this.id = scheduled.id;
    this.isOn = isOn;
    this.#host = host;
    this.#scheduled = scheduled;
    this.#cursor = cursor;
    this.#runs = lastRuns;
  }

  /** When it is to be looked at next; undefined while it is at work, and when there is no instant any more. */
  get nextMs(): number | undefined {
    if (this.#isBusy) return undefined;
    const next = this.#scheduled.target.timetable.next(this.#cursor.atMs);
    return next === undefined ? undefined : Math.max(next + this.#delayOf(next), this.#againMs);
  }

  /** It was switched, or goes on from somewhere else. */
  change(enabled: boolean | undefined, cursor: Cursor | undefined): void {
    if (enabled !== undefined) this.isOn = enabled;
    if (cursor && typeof cursor.atMs === "number") this.#cursor = { ...this.#cursor, atMs: cursor.atMs };
  }

  /** Runs what is due. What the store cannot record now is tried again after a while. */
  async work(): Promise<void> {
    this.#isBusy = true;
    try {
      const { timetable } = this.#scheduled.target;
      const { misfire } = this.#scheduled.schedule;
      const { run, missed } = dueNow({
        timetable,
        misfire,
        delayOf: (at) => this.#delayOf(at),
        afterMs: this.#cursor.atMs,
        nowMs: this.#host.clock.now(),
      });
      if (missed) await this.#tellMissed(missed);
      for (const atMs of run) {
        // It may have been switched, or sent somewhere else, meanwhile.
        if (this.isOn && atMs > this.#cursor.atMs) await this.#tick(atMs);
      }
      this.#againMs = -Infinity;
    } catch {
      this.#againMs = this.#host.clock.now() + AGAIN_MS;
    } finally {
      this.#isBusy = false;
    }
  }

  #delayOf(atMs: number): number {
    return jitterOf(this.#scheduled.schedule, atMs);
  }

  async #tellMissed({ count, isMore, firstMs, lastMs }: Missed): Promise<void> {
    const { misfire: { policy, cap } } = this.#scheduled.schedule;
    const many = count === 1 && !isMore
      ? "1 instant was"
      : `${isMore ? "more than " : ""}${count} instants were`;
    const limit = policy === "fire-all" ? `, of which ${cap} are made up for` : "";
    const span = firstMs === lastMs ? isoOf(firstMs) : `${isoOf(firstMs)} to ${isoOf(lastMs)}`;
    await this.#record({
      key: `missed ${firstMs} to ${lastMs}`,
      status: "skipped",
      reason: `${many} missed: ${span} (misfire: ${policy}${limit})`,
    }, lastMs);
  }

  async #tick(atMs: number): Promise<void> {
    const isLate = this.#host.clock.now() - atMs - this.#delayOf(atMs) > GRACE_MS;
    if (isLate) await this.#untilOver();
    const reason = await this.#barrier();
    if (reason !== undefined) return await this.#record({ dueMs: atMs, status: "skipped", reason }, atMs);
    try {
      const launched = await this.#launch(atMs);
      if (typeof launched === "string") {
        return await this.#record({ dueMs: atMs, status: "skipped", reason: launched }, atMs);
      }
      this.#follow(launched);
      await this.#record({ dueMs: atMs, status: "requested", runs: [launched.runId] }, atMs);
    } catch (error) {
      if (isPassing(error)) throw error;
      await this.#record({ dueMs: atMs, status: "failed", error: errorOf(error) }, atMs);
    }
  }

  /** Starts the run of an instant; or tells why there is nothing to run. */
  async #launch(atMs: number): Promise<Launched | string> {
    const { schedule, target } = this.#scheduled;
    const asked = await decide(this.#host, schedule, atMs);
    if ("~result" in asked) return asked.reason;
    const partitions = asked.partitions ??
      partitionsAt(target, schedule, await this.#host.history.facts(), atMs);
    if (partitions === "none yet") return "there is no partition yet";
    const job = jobOf(schedule);
    const concurrency = concurrencyOf(this.id, schedule);
    const launched = await this.#host.launch({
      id: tickRunId(this.id, asked.runKey ?? atMs),
      atMs,
      ...(job ? { job: job.name } : { select: selectionOf(schedule) }),
      ...(partitions !== undefined && { partitions }),
      ...(concurrency && { concurrency }),
      config: { ...schedule.config, ...asked.config },
      tags: { ...schedule.tags, ...asked.tags, "sluice/schedule": schedule.name, "sluice/due": isoOf(atMs) },
    });
    if (asked.runKey === undefined || launched.isNew) return launched;
    return await this.#isOwn(launched.runId, atMs)
      ? launched
      : `the run of the key ${asked.runKey} is on record`;
  }

  /** A run of a key may be that of this very tick, whose record was lost with its process. */
  async #isOwn(runId: string, atMs: number): Promise<boolean> {
    return (await this.#host.history.run(runId))?.tags["sluice/due"] === isoOf(atMs);
  }

  #follow({ runId, ended }: Launched): void {
    this.#runs = [...this.#runs.filter((id) => id !== runId), runId];
    this.#ends.set(runId, ended);
    const forget = () => {
      this.#ends.delete(runId);
      this.#runs = this.#runs.filter((id) => id !== runId);
    };
    ended.then(forget, forget);
  }

  /** What is made up for comes one after the other, unless runs may overlap. */
  async #untilOver(): Promise<void> {
    if (this.#scheduled.schedule.overlap === "allow") return;
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    this.#host.signal.addEventListener("abort", stop);
    await Promise.race([Promise.allSettled(this.#ends.values()), stopped]);
    this.#host.signal.removeEventListener("abort", stop);
    this.#host.signal.throwIfAborted();
  }

  async #barrier(): Promise<string | undefined> {
    const open: string[] = [];
    for (const id of this.#runs) if (await this.#isOpen(id)) open.push(id);
    this.#runs = open;
    return barrierOf(this.#scheduled.schedule.overlap, open);
  }

  /** Runs that nobody executes are under way no more: whoever goes on with them does so beside the schedule. */
  async #isOpen(id: string): Promise<boolean> {
    const status = (await this.#host.history.run(id))?.status;
    return status === "queued" || status === "running" || status === "canceling";
  }

  /** Records a tick and moves on. One that is on record already was worked on by another process. */
  async #record(
    tick: Omit<Parameters<TriggerHost["record"]>[0], "trigger" | "cursor">,
    atMs: number,
  ): Promise<void> {
    // It may have been sent on meanwhile: it never goes back.
    const cursor = { ...this.#cursor, atMs: Math.max(atMs, this.#cursor.atMs) };
    try {
      await this.#host.record({ ...tick, trigger: this.id, cursor });
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== "EVENT_REFUSED") throw error;
    }
    this.#cursor = { ...this.#cursor, atMs: Math.max(atMs, this.#cursor.atMs) };
  }
}

/** What says nothing about the tick: the store cannot record now, or the trigger was stopped. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof SluiceError)) return error instanceof Error && error.name === "AbortError";
  return error.code.startsWith("STORE_");
}

function errorOf(error: unknown): RecordedError {
  if (error instanceof SluiceError) return { name: error.name, message: error.message, code: error.code };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message };
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
