/** An engine at work: takes orders from a channel, runs workflows on an orchestrator, and says what became of them. */
import type { RecordedError } from "../model/events/event.ts";
import type { EngineMessage, EngineStatus, WorkflowResponse } from "../model/engine/message.ts";
import type { Clock } from "../model/ports.ts";
import type { Orchestrator, RunResult } from "../orchestrator/contract.ts";
import type { Channel } from "./channel.ts";
import { packFailure } from "./failure.ts";
import type { EngineOrder, PauseOrResume, Work, WorkflowRequest } from "./order.ts";
import { readOutputs } from "./outputs.ts";

/** What an engine works with. */
export interface ServiceParts {
  readonly engineId: string;
  readonly capacity: number;
  readonly orchestrator: Orchestrator;
  /** Whether the orchestrator is this engine's own, and is closed with it. */
  readonly isOwner: boolean;
  readonly clock: Clock;
  readonly inbound: Channel<EngineOrder>;
  readonly outbound: Channel<EngineMessage>;
}

type Answer = Pick<WorkflowResponse, "status" | "outputs" | "runId" | "error">;

/** One engine. It keeps nothing between two workflows, and nothing of one is seen by another. */
export class Service {
  readonly #parts: ServiceParts;
  readonly #current: Map<string, AbortController> = new Map();
  readonly #working: Set<Promise<void>> = new Set();
  /** Pausing and resuming follow each other. */
  #turn: Promise<void> = Promise.resolve();
  #isPaused = false;
  #status: EngineStatus = "idle";

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Obeys until it is told to stop, or the channel ends. */
  async serve(): Promise<void> {
    const { inbound } = this.#parts;
    for (let order = await inbound.take(); order; order = await inbound.take()) {
      if (order.type === "stop") return await this.#stop(order.graceMs);
      this.#obey(order);
    }
  }

  /** Tells every workflow to end. */
  abort(reason: string): void {
    for (const controller of this.#current.values()) controller.abort(reason);
  }

  #obey(order: Exclude<EngineOrder, { readonly type: "stop" }>): void {
    switch (order.type) {
      case "workflow_request":
        return this.#keep(this.#execute(order));
      case "workflow_cancel":
        return this.#current.get(order.correlationId)?.abort(order.reason);
      case "health_check":
        return this.#keep(this.#tellHealth(order.correlationId));
      case "pause":
      case "resume":
        this.#turn = this.#turn.then(() => this.#turnTo(order));
        return this.#keep(this.#turn);
    }
  }

  /** Nothing that is kept rejects. */
  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#working.delete(kept));
    this.#working.add(kept);
  }

  async #execute({ correlationId, work }: WorkflowRequest): Promise<void> {
    const { engineId, clock, outbound } = this.#parts;
    const startedMs = clock.now();
    const controller = new AbortController();
    this.#current.set(correlationId, controller);
    const answer = await this.#answer(work, correlationId, controller.signal);
    this.#current.delete(correlationId);
    await outbound.put({
      type: "workflow_response",
      engineId,
      atMs: clock.now(),
      correlationId,
      workflowId: work.workflowId,
      success: answer.status === "success",
      durationMs: clock.now() - startedMs,
      ...answer,
    });
  }

  async #answer(work: Work, correlationId: string, signal: AbortSignal): Promise<Answer> {
    let run: RunResult | undefined;
    try {
      run = await this.#run(work, correlationId, signal);
      if (run.status !== "success") return await this.#failure(run);
      const outputs = await readOutputs(this.#parts.orchestrator, run, work.outputs, work.maxOutputBytes);
      return { status: run.status, runId: run.id, outputs };
    } catch (error) {
      const place = run && { runId: run.id };
      return { status: "refused", outputs: {}, error: packFailure(error), ...place };
    }
  }

  #run(work: Work, correlationId: string, signal: AbortSignal): Promise<RunResult> {
    const { what, config, partitions, tags, workflowId, actor } = work;
    const { orchestrator, engineId } = this.#parts;
    const options = {
      config,
      signal,
      by: { via: `engine:${engineId}`, ...(actor !== undefined && { actor }) },
      tags: { ...tags, "sluice/workflow": workflowId, "sluice/correlation": correlationId },
      ...(partitions !== undefined && { partitions }),
    };
    return "job" in what
      ? orchestrator.runJob(what.job, options)
      : orchestrator.materialize(what.select, options);
  }

  /** A run that did not succeed says so, with the failure of a step where that is why. */
  async #failure({ id, status, record }: RunResult): Promise<Answer> {
    const { name, message, code } = record.error ?? await this.#failedStep(id, status) ??
      { name: "RunNotFinished", message: `The run ${id} is ${status}.`, code: undefined };
    const error = { name, message, ...(code !== undefined && { code }) };
    return { status, runId: id, outputs: {}, error };
  }

  async #failedStep(id: string, status: RunResult["status"]): Promise<RecordedError | undefined> {
    if (status !== "failed") return undefined;
    const steps = await this.#parts.orchestrator.steps(id).catch(() => []);
    return steps.find((step) => step.status === "failed")?.error;
  }

  async #tellHealth(correlationId: string): Promise<void> {
    const { engineId, clock, orchestrator, outbound } = this.#parts;
    let reason: string | undefined;
    try {
      await orchestrator.runs({ limit: 1 });
    } catch (error) {
      reason = packFailure(error).message;
    }
    await outbound.put({
      type: "health_response",
      engineId,
      atMs: clock.now(),
      correlationId,
      healthy: reason === undefined,
      current: this.#current.size,
      ...(reason !== undefined && { reason }),
    });
  }

  async #turnTo({ type }: PauseOrResume): Promise<void> {
    const { orchestrator } = this.#parts;
    try {
      await (type === "pause" ? orchestrator.pause() : orchestrator.resume());
      this.#isPaused = type === "pause";
      await this.#tellStatus(this.#isPaused ? "paused" : this.#current.size > 0 ? "running" : "idle");
    } catch (error) {
      await this.#tellStatus("error", packFailure(error).message);
    }
  }

  async #tellStatus(status: EngineStatus, reason?: string): Promise<void> {
    const { engineId, clock, capacity, outbound } = this.#parts;
    const was = this.#status;
    this.#status = status;
    await outbound.put({
      type: "status_update",
      engineId,
      atMs: clock.now(),
      status,
      was,
      current: this.#current.size,
      capacity,
      ...(reason !== undefined && { reason }),
    });
  }

  /** What is under way may end within the time that is given, and is then told to. */
  async #stop(graceMs: number): Promise<void> {
    const { orchestrator, isOwner, clock } = this.#parts;
    const callOff = isOwner ? undefined : clock.after(graceMs, () => this.abort("its engine was stopped"));
    try {
      await this.#turn;
      if (isOwner) await orchestrator.close({ graceMs });
      await Promise.all(this.#working);
      // The orchestrator is somebody else's, who has not paused it.
      if (!isOwner && this.#isPaused) await orchestrator.resume();
      await this.#tellStatus("stopped");
    } catch (error) {
      await this.#tellStatus("stopped", packFailure(error).message);
    } finally {
      callOff?.();
    }
  }
}
