/** Launches of a process that follows: begun by the one that leads, and watched from here. */
import { isFinalRun } from "../../model/events/status.ts";
import { formatBackfillPlan, formatPlan } from "../../planner/json.ts";
import type { Launched } from "../../triggers/launch.ts";
import type { WorkResult } from "../launch/launch.ts";
import type { Work } from "../launch/request.ts";
import type { Parts } from "../parts.ts";
import { isBackfillPlan } from "../planning.ts";
import type { Command, RunAnswer } from "./command.ts";
import { pause, type RemoteParts } from "./pause.ts";

/** How often it is looked whether a run is over that another process executes. */
const LOOK_MS = 100;
/** For so many looks a run may be interrupted before nobody is thought to go on with it. */
const PATIENCE = 50;

/** How a launch is asked for, and its result read. */
export interface RemoteLaunch {
  readonly ask: (command: Command) => Promise<unknown>;
  readonly read: (answer: RunAnswer) => Promise<WorkResult>;
}

/** Has another process start what was planned here. */
export async function launchRemotely(
  remote: RemoteParts,
  { id, plan, options, job }: Work,
  { ask, read }: RemoteLaunch,
): Promise<Launched<WorkResult>> {
  const { signal, ...sent } = options;
  const isNew = await ask({
    verb: "launch",
    id,
    plan: isBackfillPlan(plan) ? formatBackfillPlan(plan) : formatPlan(plan),
    options: sent,
    ...(job !== undefined && { job }),
  }) as boolean;
  const cancel = () => {
    const reason = typeof signal?.reason === "string" ? signal.reason : "canceled";
    ask({ verb: "cancel", id, reason }).catch(() => {});
  };
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  const statusOf = isBackfillPlan(plan) ? backfillStatus : runStatus;
  const ended = untilOver(remote, () => statusOf(remote.parts, id))
    .then((status) => read({ id, status }))
    .finally(() => signal?.removeEventListener("abort", cancel));
  ended.catch(() => {});
  return { runId: id, isNew, ended };
}

/** Waits until a run is over, is parked, or stays interrupted. */
async function untilOver(
  remote: RemoteParts,
  look: () => Promise<RunAnswer["status"] | undefined>,
): Promise<RunAnswer["status"]> {
  for (let left = 0;; await pause(remote, LOOK_MS)) {
    const status = await look();
    if (status !== undefined && status !== "interrupted") return status;
    left = status === undefined ? 0 : left + 1;
    if (left > PATIENCE) return "interrupted";
    if (remote.closing.aborted) throw remote.closing.reason;
  }
}

async function runStatus({ store }: Parts, id: string): Promise<RunAnswer["status"] | undefined> {
  const status = (await store.run(id))?.status;
  const isSettled = status && (isFinalRun(status) || status === "interrupted" || status === "parked");
  return isSettled ? status as RunAnswer["status"] : undefined;
}

async function backfillStatus({ store }: Parts, id: string): Promise<RunAnswer["status"] | undefined> {
  const status = (await store.backfill(id))?.status;
  return status === "running" ? undefined : status;
}
