/** Starting the run that a request asks for: once, however often it is sent. */
import type { Orchestrator, RunResult } from "../../orchestrator/contract.ts";
import type { Launched } from "../../triggers/launch.ts";
import {
  type Idempotent,
  KEPT_MS,
  keyInUse,
  REQUEST_TAG,
  requireSameRequest,
  runIdsOf,
} from "./idempotency.ts";
import type { RequestTrigger, TriggeredRun } from "./contract.ts";
import { targetOf } from "./target.ts";

/** The tag that names what started a run. */
const TRIGGER_TAG = "sluice/trigger";

/** Which trigger is asked, and by whom. */
export interface Asking {
  readonly trigger: RequestTrigger;
  readonly caller: string;
}

/** What a request started, or had started before. */
export interface Started {
  readonly runId: string;
  /** Whether it is a request that was sent again. */
  readonly isReplayed: boolean;
  /** What becomes of the run. */
  ended(): Promise<RunResult>;
}

/** Makes the run that is to be started. */
export type Build = () => Promise<TriggeredRun>;

/** Starts runs for one app. */
export class Starter {
  readonly #orchestrator: Orchestrator;
  /** Keys whose first request is not on record yet. */
  readonly #pending: Set<string> = new Set();

  constructor(orchestrator: Orchestrator) {
    this.#orchestrator = orchestrator;
  }

  /** Starts a run, or gives the one that the key stands for. Throws a problem when the key is used for something else. */
  async start(
    asking: Asking,
    build: Build,
    key: Idempotent | undefined,
    nowMs: number,
  ): Promise<Started> {
    if (!key) return started(await this.#launch(asking, await build()), false);
    if (this.#pending.has(key.scope)) throw keyInUse();
    this.#pending.add(key.scope);
    try {
      return await this.#once(asking, build, key, nowMs);
    } finally {
      this.#pending.delete(key.scope);
    }
  }

  async #once(asking: Asking, build: Build, key: Idempotent, nowMs: number): Promise<Started> {
    const [current, before] = runIdsOf(key, nowMs);
    for (const id of [current, before]) {
      const run = await this.#orchestrator.run(id);
      if (!run || run.createdMs <= nowMs - KEPT_MS) continue;
      requireSameRequest(key, run.tags);
      const ended = async () => await (await this.#launch(asking, await build(), id)).ended;
      return { runId: id, isReplayed: true, ended };
    }
    const { tags, ...run } = await build();
    const launched = await this.#launch(
      asking,
      { ...run, tags: { ...tags, [REQUEST_TAG]: key.request } },
      current,
    );
    // Another process may have been quicker.
    return started(launched, !launched.isNew);
  }

  async #launch(
    { trigger, caller }: Asking,
    { tags, ...run }: TriggeredRun,
    id?: string,
  ): Promise<Launched<RunResult>> {
    const door = `${trigger.kind}:${trigger.name}`;
    return await this.#orchestrator.launch({
      ...run,
      ...targetOf(trigger),
      ...(id !== undefined && { id }),
      tags: { ...tags, [TRIGGER_TAG]: door },
      by: { via: door, ...(caller !== "" && { actor: caller }) },
    }) as Launched<RunResult>;
  }
}

function started({ runId, ended }: Launched<RunResult>, isReplayed: boolean): Started {
  return { runId, isReplayed, ended: () => ended };
}
