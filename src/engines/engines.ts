/** Any number of engines: who has what, what waits, and how each of them fares. */
import type { Schema } from "../model/assets/schema.ts";
import type { EngineOutbound, WorkflowResponse } from "../model/engine/message.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import { newId } from "../orchestrator/run_id.ts";
import { checkEngines, checkExecution, LONGEST_MS, openEngine } from "./check.ts";
import type {
  Engines,
  EnginesOptions,
  EngineSpec,
  EngineState,
  ExecuteOptions,
  WorkflowSpec,
} from "./contract.ts";
import { Desk } from "./desk.ts";
import type { OpenLink } from "./link.ts";
import type { Work } from "./order.ts";
import {
  enginesClosed,
  misfit,
  noEngine,
  queueFull,
  takenBack,
  tooLate,
  unknownEngine,
  unknownWorkflow,
} from "./refusals.ts";
import { Request } from "./request.ts";
import { chooseEngine, type EngineStrategy } from "./strategy.ts";
import { openWorkflow, type Workflow } from "./workflow.ts";

const CAPACITY = 10;
const GRACE_MS = 10_000;

/**
 * Keeps engines that execute workflows: in this thread around an orchestrator, or in threads of their own. A request is validated,
 * given to an engine that is reserved for it in the same moment, and answered once; while all are busy it waits in a
 * bounded queue.
 *
 * @throws {SluiceError} ENGINE_INVALID for options that are none.
 * @example
 * ```ts
 * import { createEngines, createOrchestrator, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const orders = defineAsset({
 *   key: "orders",
 *   config: z.object({ limit: z.number() }),
 *   run: ({ config }) => Array.from({ length: config.limit }, (_, place) => place),
 * });
 * await using sluice = createOrchestrator(definitions({ assets: [orders] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * await using engines = createEngines();
 * engines.registerEngine({ id: "here", orchestrator: sluice });
 * engines.registerWorkflow({
 *   id: "fetch",
 *   select: orders,
 *   inputs: z.object({ limit: z.number().max(100) }),
 *   config: ({ limit }) => ({ orders: { limit } }),
 *   outputs: [orders],
 * });
 *
 * const { success, outputs } = await engines.executeWorkflow("fetch", { limit: 3 });
 * assert.deepEqual([success, outputs.orders], [true, [0, 1, 2]]);
 * await assert.rejects(engines.executeWorkflow("fetch", { limit: 1_000 }), { code: "WORKFLOW_INVALID" });
 * ```
 */
export function createEngines(options: EnginesOptions = {}): Engines {
  checkEngines(options);
  return new LiveEngines(options);
}

/** Engines under way. */
export class LiveEngines implements Engines {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #strategy: EngineStrategy;
  readonly #queueSize: number;
  readonly #channel: number;
  readonly #missedChecks: number;
  readonly #healthMs: number;
  readonly #desks: Map<string, Desk> = new Map();
  readonly #workflows: Map<string, Workflow> = new Map();
  readonly #requests: Map<string, Request> = new Map();
  #queue: Request[] = [];
  #isPlacing = false;
  #callOffHealth: () => void = () => {};
  #closing: Promise<void> | undefined = undefined;

  constructor(options: EnginesOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#strategy = options.strategy ?? "idle-first";
    this.#queueSize = options.queue ?? 100;
    this.#channel = options.channel ?? 100;
    this.#missedChecks = options.missedChecks ?? 3;
    this.#healthMs = options.healthMs ?? 5_000;
  }

  get engines(): readonly EngineState[] {
    return [...this.#desks.values()].map(({ state }) => state);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  registerEngine(spec: EngineSpec): void {
    const openLink = openEngine(spec);
    this.open(spec.id, spec.capacity, openLink);
  }

  /** Adds an engine that is reached in any way. */
  open(id: string, capacity: number = CAPACITY, openLink: OpenLink): void {
    if (this.#closing) throw enginesClosed();
    if (this.#desks.get(id)?.isOver === false) {
      throw misfit(
        "engines",
        [id],
        `There is an engine ${id} already.`,
        "Stop it first, or choose another id.",
      );
    }
    this.#desks.delete(id);
    const shared = { capacity, channel: this.#channel, clock: this.#clock };
    const desk = new Desk({
      ...shared,
      id,
      link: openLink({ ...shared, engineId: id }),
      missedChecks: this.#missedChecks,
      changed: () => this.#place(),
    });
    this.#desks.set(id, desk);
    if (this.#desks.size === 1) this.#watch();
    this.#place();
  }

  registerWorkflow<S extends Schema<unknown, unknown>>(spec: WorkflowSpec<S>): void {
    const workflow = openWorkflow(spec);
    if (this.#workflows.has(workflow.id)) {
      const message = `There is a workflow ${workflow.id} already.`;
      throw misfit("workflows", [workflow.id], message, "Choose another id.");
    }
    this.#workflows.set(workflow.id, workflow);
  }

  async executeWorkflow(
    id: string,
    inputs?: unknown,
    options: ExecuteOptions = {},
  ): Promise<WorkflowResponse> {
    checkExecution(id, options);
    const workflow = this.#workflows.get(id);
    if (!workflow) throw unknownWorkflow(id, [...this.#workflows.keys()]);
    if (this.#closing) throw enginesClosed();
    const request = this.#open(workflow, options);
    // The deadline holds for a schema that does not answer as well.
    const { tags = {}, actor } = options;
    workflow.prepare(inputs, { tags, ...(actor !== undefined && { actor }) }).then(
      (work) => this.#enqueue(request, work),
      (error) => request.refuse(error),
    );
    return await request.promise;
  }

  engineOutbound(id: string): EngineOutbound {
    return this.#desk(id).read();
  }

  engine(id: string): EngineState {
    return this.#desk(id).state;
  }

  async pauseEngine(id: string): Promise<void> {
    await this.#desk(id).turn("pause");
  }

  async resumeEngine(id: string): Promise<void> {
    await this.#desk(id).turn("resume");
  }

  async stopEngine(id: string, { graceMs = GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#desk(id).stop(Math.min(graceMs, LONGEST_MS));
  }

  close({ graceMs = GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    return this.#closing ??= this.#close(Math.min(graceMs, LONGEST_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(graceMs: number): Promise<void> {
    this.#callOffHealth();
    for (const request of this.#queue.splice(0)) request.refuse(enginesClosed());
    await Promise.all([...this.#desks.values()].map((desk) => desk.stop(graceMs)));
    for (const request of [...this.#requests.values()]) request.refuse(enginesClosed());
  }

  /** A request with all that watches over it. */
  #open({ id, engines, timeoutMs }: Workflow, options: ExecuteOptions): Request {
    const { signal, key = id, correlationId = newId(this.#clock, this.#random) } = options;
    const limitMs = options.timeoutMs ?? timeoutMs;
    if (this.#requests.has(correlationId)) {
      const message = `A request with the correlation id ${correlationId} is under way already.`;
      throw misfit("workflows", [id, "correlationId"], message, "Leave it out for a new one.");
    }
    const request = new Request({ correlationId, workflowId: id, key, engines });
    this.#requests.set(correlationId, request);
    request.onOver(() => this.#requests.delete(correlationId));
    const giveUp = (error: Error, reason: string) => {
      request.refuse(error);
      request.cancel?.(reason);
      this.#queue = this.#queue.filter((each) => each !== request);
    };
    if (limitMs <= LONGEST_MS) {
      request.onOver(
        this.#clock.after(limitMs, () => giveUp(tooLate(id, limitMs), `it took longer than ${limitMs} ms`)),
      );
    }
    if (signal) {
      const abort = () => giveUp(takenBack(id, signal.reason), "its request was canceled");
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
      request.onOver(() => signal.removeEventListener("abort", abort));
    }
    return request;
  }

  #enqueue(request: Request, work: Work): void {
    if (request.isOver) return;
    if (this.#closing) return request.refuse(enginesClosed());
    request.work = work;
    this.#queue.push(request);
    this.#place();
    if (request.isOver || this.#queue.length <= this.#queueSize || this.#queue.at(-1) !== request) return;
    this.#queue.pop();
    request.refuse(queueFull(request.asked.workflowId, this.#queueSize, this.#desks.size));
  }

  /** Gives to engines what waits, in turn. Whoever is chosen counts as taken before anything else can be chosen. */
  #place(): void {
    if (this.#isPlacing) return;
    this.#isPlacing = true;
    const waiting = this.#queue;
    this.#queue = [];
    this.#queue = waiting.filter((request) => !this.#placeOne(request));
    this.#isPlacing = false;
  }

  /** Whether a request waits no more. */
  #placeOne(request: Request): boolean {
    const { work, asked: { engines, key, workflowId } } = request;
    if (request.isOver || !work) return true;
    const able = [...this.#desks.values()].filter((desk) =>
      !desk.isOver && (engines === undefined || engines.includes(desk.id))
    );
    if (able.length === 0) {
      request.refuse(noEngine(workflowId, engines));
      return true;
    }
    const desk = chooseEngine(this.#strategy, able.filter(({ isOpen }) => isOpen), key);
    desk?.give(request, work);
    return desk !== undefined;
  }

  #watch(): void {
    this.#callOffHealth();
    this.#callOffHealth = this.#clock.after(this.#healthMs, () => {
      for (const desk of this.#desks.values()) desk.check();
      if (!this.#closing) this.#watch();
    });
  }

  #desk(id: string): Desk {
    const desk = this.#desks.get(id);
    if (!desk) throw unknownEngine(id, [...this.#desks.keys()]);
    return desk;
  }
}
