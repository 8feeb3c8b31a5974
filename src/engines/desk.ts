/** The desk of one engine: what it was given, how it fares, and who hears what it says. */
import type {
  EngineMessage,
  EngineStatus,
  HealthResponse,
  WorkflowResponse,
} from "../model/engine/message.ts";
import type { Clock } from "../model/ports.ts";
import type { EngineState } from "./contract.ts";
import { unpackFailure } from "./failure.ts";
import type { EngineLink } from "./link.ts";
import type { EngineOrder, Work } from "./order.ts";
import { engineDeaf, engineLost, engineStopped } from "./refusals.ts";
import type { Request } from "./request.ts";
import type { Load } from "./strategy.ts";
import { Tap } from "./tap.ts";

/** After the time that running steps were given, an engine may take this long to tell them, and to close. */
const CLOSING_MS = 15_000;

/** What a desk is set up with. */
export interface DeskParts {
  readonly id: string;
  readonly capacity: number;
  readonly link: EngineLink;
  readonly clock: Clock;
  /** How many messages a reader may be behind. */
  readonly channel: number;
  /** So many checks in a row without an answer, and it counts as broken. */
  readonly missedChecks: number;
  /** It may have room now, or is gone. */
  readonly changed: () => void;
}

/** A request that an engine has, and what was sent for it. */
interface Given {
  readonly request: Request;
  readonly sinceMs: number;
}

/** One engine. There is one reader of its outbound channel, here; all others hear from it. */
export class Desk implements Load {
  readonly id: string;
  readonly capacity: number;
  readonly #parts: DeskParts;
  readonly #given: Map<string, Given> = new Map();
  readonly #taps: Set<Tap> = new Set();
  readonly #turned: ((error: unknown) => void)[] = [];
  /** Fulfilled when all that it has said was heard. */
  readonly #heard: Promise<void>;
  /** What was asked for last. */
  #isToPause = false;
  #isPaused = false;
  #isToStop = false;
  #isStopped = false;
  #isLost = false;
  #fault: string | undefined = undefined;
  #was: EngineStatus = "idle";
  #missed = 0;
  #awaited: string | undefined = undefined;
  #checks = 0;
  #lastHeardMs: number | undefined = undefined;
  #stopping: Promise<void> | undefined = undefined;
  #whenStopped: () => void = () => {};

  constructor(parts: DeskParts) {
    this.id = parts.id;
    this.capacity = parts.capacity;
    this.#parts = parts;
    this.#heard = this.#listen();
    void parts.link.ended.then((why) => this.#heard.then(() => this.#leave(why)));
  }

  /** Worked out from what is known, so that nothing overwrites anything. */
  get status(): EngineStatus {
    if (this.#isStopped) return "stopped";
    if (this.#fault !== undefined) return "error";
    if (this.#isPaused) return "paused";
    return this.#given.size > 0 ? "running" : "idle";
  }

  get current(): number {
    return this.#given.size;
  }

  /** Whether it works no more, and never will. */
  get isOver(): boolean {
    return this.#isStopped || this.#isLost;
  }

  /** Whether it takes requests, now or when others are over. */
  get isOpen(): boolean {
    return !this.isOver && !this.#isToStop && !this.#isToPause && !this.#isPaused &&
      this.#fault === undefined;
  }

  get hasRoom(): boolean {
    return this.isOpen && this.#given.size < this.capacity && this.#parts.link.inbound.hasRoom;
  }

  get state(): EngineState {
    const { id, capacity, status } = this;
    return {
      id,
      status,
      capacity,
      current: [...this.#given.values()].map(({ request: { asked }, sinceMs }) => ({
        correlationId: asked.correlationId,
        workflowId: asked.workflowId,
        sinceMs,
      })),
      inbound: this.#parts.link.inbound.waiting,
      readers: this.#taps.size,
      ...(this.#lastHeardMs !== undefined && { lastHeardMs: this.#lastHeardMs }),
      ...(this.#fault !== undefined && { reason: this.#fault }),
    };
  }

  /** Gives it a request. From here on it counts, before anything is sent. */
  give(request: Request, work: Work): void {
    const { asked: { correlationId } } = request;
    const sinceMs = this.#parts.clock.now();
    this.#given.set(correlationId, { request, sinceMs });
    request.cancel = (reason) => this.#cancel(correlationId, reason);
    this.#parts.link.inbound.offer({ type: "workflow_request", ...this.#envelope(), correlationId, work });
    this.#refresh();
  }

  /** Has it begin no step, or begin steps again. Resolves when it says so. */
  turn(type: "pause" | "resume"): Promise<void> {
    if (this.isOver || this.#isToStop) return Promise.reject(engineStopped(this.id));
    if (this.#turned.length >= this.#parts.channel) return Promise.reject(engineDeaf(this.id));
    this.#isToPause = type === "pause";
    const correlationId = `${type}-${++this.#checks}`;
    this.#parts.link.inbound.urge({ type, ...this.#envelope(), correlationId });
    return new Promise((resolve, reject) => {
      this.#turned.push((error) => error === undefined ? resolve() : reject(error));
    });
  }

  /** Stops it: bounded in time, whatever it does. */
  stop(graceMs: number): Promise<void> {
    return this.#stopping ??= this.#stop(graceMs);
  }

  /** Asks for a sign of life, and notes whether the last one came. */
  check(): void {
    if (this.isOver || this.#isToStop) return;
    const gone = this.#parts.link.look();
    if (gone !== undefined) return this.#leave(gone);
    if (this.#awaited !== undefined) {
      this.#missed++;
      const { missedChecks } = this.#parts;
      if (this.#missed < missedChecks) return;
      return this.#refresh(`it has not answered ${this.#missed} checks in a row`);
    }
    this.#awaited = `health-${++this.#checks}`;
    const order = { type: "health_check", ...this.#envelope(), correlationId: this.#awaited } as const;
    this.#parts.link.inbound.urge(order);
  }

  /** Begins to read what it says. */
  read(): Tap {
    const tap = new Tap(this.#parts.channel, (closed) => this.#taps.delete(closed));
    if (this.isOver) tap.end();
    else this.#taps.add(tap);
    return tap;
  }

  async #listen(): Promise<void> {
    const { outbound } = this.#parts.link;
    for (let message = await outbound.take(); message; message = await outbound.take()) {
      this.#lastHeardMs = this.#parts.clock.now();
      this.#hear(message);
    }
  }

  #hear(message: EngineMessage): void {
    switch (message.type) {
      case "workflow_response":
        return this.#answered(message);
      case "health_response":
        return this.#lives(message);
      case "status_update":
        return this.#told(message.status, message.reason);
    }
  }

  #answered(response: WorkflowResponse): void {
    const given = this.#given.get(response.correlationId);
    if (!given) return;
    this.#given.delete(response.correlationId);
    this.#say(response);
    if (response.status !== "refused") given.request.answer(response);
    else given.request.refuse(response.error && unpackFailure(response.error));
    this.#refresh();
  }

  #lives(response: HealthResponse): void {
    if (response.correlationId !== this.#awaited) return;
    this.#awaited = undefined;
    this.#missed = 0;
    this.#say(response);
    this.#refresh(response.healthy ? null : response.reason ?? "its history does not answer");
  }

  #told(status: EngineStatus, reason: string | undefined): void {
    if (status === "stopped") return this.#whenStopped();
    const error = status === "error"
      ? Object.assign(new Error(reason), { name: "EngineFailure" })
      : undefined;
    if (error) this.#isToPause = this.#isPaused;
    else this.#isPaused = status === "paused";
    this.#turned.shift()?.(error);
    this.#refresh();
  }

  #cancel(correlationId: string, reason: string): void {
    const { inbound } = this.#parts.link;
    const isThis = (order: EngineOrder) =>
      order.type === "workflow_request" && order.correlationId === correlationId;
    if (!inbound.withdraw(isThis)) {
      return inbound.urge({ type: "workflow_cancel", ...this.#envelope(), correlationId, reason });
    }
    this.#given.delete(correlationId);
    this.#refresh();
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.isOver) return;
    const { link, clock } = this.#parts;
    this.#isToStop = true;
    let callOff = (): void => {};
    const late = new Promise<void>((resolve) => callOff = clock.after(graceMs + CLOSING_MS, resolve));
    const told = new Promise<void>((resolve) => this.#whenStopped = resolve);
    link.inbound.urge({ type: "stop", ...this.#envelope(), graceMs });
    await Promise.race([told, late, this.#heard]);
    callOff();
    this.#end(undefined);
    await link.end();
  }

  /** The engine has ended without being told to. */
  #leave(why: string | undefined): void {
    if (this.isOver || this.#isToStop) return;
    this.#end(why ?? "it has ended");
    void this.#parts.link.end().catch(() => {});
  }

  /** Answers all that waits for it. */
  #end(lost: string | undefined): void {
    if (this.isOver) return;
    this.#isLost = lost !== undefined;
    this.#isStopped = lost === undefined;
    const error = lost === undefined ? engineStopped(this.id) : engineLost(this.id, lost);
    for (const { request } of this.#given.values()) request.refuse(error);
    for (const turned of this.#turned.splice(0)) turned(lost === undefined ? undefined : error);
    this.#given.clear();
    this.#refresh(lost);
    this.#parts.link.inbound.close();
    this.#parts.link.outbound.close();
    for (const tap of this.#taps) tap.end();
    this.#taps.clear();
  }

  /** Notes a fault, or with null that there is none any more, and tells who reads when it fares otherwise than before. */
  #refresh(fault?: string | null): void {
    if (fault !== undefined) this.#fault = fault ?? undefined;
    const { status } = this;
    const was = this.#was;
    if (status !== was) {
      this.#was = status;
      const reason = this.#fault === undefined ? {} : { reason: this.#fault };
      const { current, capacity } = this;
      this.#say({ type: "status_update", ...this.#envelope(), status, was, current, capacity, ...reason });
    }
    this.#parts.changed();
  }

  #say(message: EngineMessage): void {
    for (const tap of this.#taps) tap.offer(message);
  }

  #envelope(): { readonly engineId: string; readonly atMs: number } {
    return { engineId: this.id, atMs: this.#parts.clock.now() };
  }
}
