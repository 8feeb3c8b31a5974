/** The triggers of an orchestrator: active from `start` to `stop`, wherever this process leads. */
import { Turns } from "../../io/turns.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import type { Clock } from "../../model/ports.ts";
import { recordError } from "../../runtime/step/errors.ts";
import type { Trigger } from "../../triggers/contract.ts";
import type { Seat } from "../verbs/seat.ts";
import { onSwitch, openHost } from "./host.ts";

/** How long a trigger may take to stop before it is given up. */
const STOP_MS = 10_000;

type Change = EventPayloads["trigger_changed"];

/** Starts and stops triggers. */
export class TriggerDesk {
  readonly triggers: readonly Trigger[];
  readonly #turns: Turns = new Turns();
  /** Those that run, with what ends them. */
  readonly #running: Map<Trigger, AbortController> = new Map();
  #seat: Seat | undefined = undefined;
  #unlisten: () => void = () => {};
  #unwatch: (() => void)[] = [];

  constructor(triggers: readonly Trigger[]) {
    this.triggers = triggers;
  }

  /** Whether they are to run. */
  get isStarted(): boolean {
    return this.#seat !== undefined;
  }

  /**
   * Starts all of them, or where another process leads, as soon as this one does. Rejects with what the first of them threw
   * that could not start: then none runs.
   */
  start(seat: Seat): Promise<void> {
    return this.#turns.take("", async () => {
      if (this.#seat) return;
      this.#seat = seat;
      try {
        if (seat.leads) await this.#startAll(seat);
      } catch (error) {
        await this.#stopAll(seat);
        this.#seat = undefined;
        throw error;
      }
      this.#unwatch = [seat.onRole(() => void this.#turns.take("", () => this.#follow(seat)))];
    });
  }

  /** Stops all of them, and resolves when that is done. */
  stop(): Promise<void> {
    return this.#turns.take("", async () => {
      const seat = this.#seat;
      if (!seat) return;
      for (const end of this.#unwatch) end();
      this.#seat = undefined;
      await this.#stopAll(seat);
    });
  }

  /** Another process leads now, or this one does. */
  async #follow(seat: Seat): Promise<void> {
    if (this.#seat !== seat) return;
    await this.#stopAll(seat);
    if (!seat.leads) return;
    this.#listen(seat);
    for (const trigger of this.triggers) {
      await this.#start(seat, trigger).catch((error) => noteFailure(seat, trigger, error));
    }
  }

  async #startAll(seat: Seat): Promise<void> {
    this.#listen(seat);
    for (const trigger of this.triggers) await this.#start(seat, trigger);
  }

  /** One that is paused by hand is not started; those that are made of units look after these themselves. */
  async #start(seat: Seat, trigger: Trigger): Promise<void> {
    if (this.#running.has(trigger) || await isPaused(seat, trigger)) return;
    const controller = new AbortController();
    this.#running.set(trigger, controller);
    await trigger.start(openHost(seat, controller.signal));
  }

  /** Follows what is paused and resumed, by whichever process. */
  #listen(seat: Seat): void {
    this.#unlisten();
    this.#unlisten = onSwitch(seat.parts.engine.recorder, (change) => this.#change(seat, change));
  }

  #change(seat: Seat, { trigger: id, enabled }: Change): void {
    const trigger = this.triggers.find((each) => each.id === id && !each.units);
    if (!trigger || enabled === undefined) return;
    void this.#turns.take("", async () => {
      if (this.#seat !== seat) return;
      if (await isPaused(seat, trigger)) return await this.#stop(seat, trigger);
      await this.#start(seat, trigger).catch((error) => noteFailure(seat, trigger, error));
    });
  }

  /** The last one first. */
  async #stopAll(seat: Seat): Promise<void> {
    this.#unlisten();
    for (const trigger of [...this.#running.keys()].reverse()) await this.#stop(seat, trigger);
  }

  /** What cannot stop is given up: its host answers nothing any more. */
  async #stop({ parts: { clock } }: Seat, trigger: Trigger): Promise<void> {
    this.#running.get(trigger)?.abort(stopped(trigger));
    if (!this.#running.delete(trigger)) return;
    const stopping = async () => await trigger.stop();
    await bounded(clock, stopping().catch(() => {}));
  }
}

async function isPaused({ parts: { store } }: Seat, { id, units }: Trigger): Promise<boolean> {
  return !units && (await store.triggers()).some((each) => each.id === id && each.enabled === false);
}

function stopped({ id }: Trigger): DOMException {
  return new DOMException(`The trigger ${id} was stopped.`, "AbortError");
}

/** Nobody is there to be told: it is put on record. */
async function noteFailure({ parts }: Seat, { id: trigger }: Trigger, error: unknown): Promise<void> {
  const tick = { trigger, status: "failed" as const, error: recordError(error) };
  await parts.engine.recorder.append("tick_recorded", tick).catch(() => {});
}

async function bounded(clock: Clock, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(STOP_MS, resolve);
  await Promise.race([work, late]);
  cancel();
}
