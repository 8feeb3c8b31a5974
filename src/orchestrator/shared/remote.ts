/** The verbs of a process that follows: planned here, handed to the one that leads, answered from what is recorded. */
import { formatBackfillPlan, formatPlan } from "../../planner/json.ts";
import type { BackfillPlan, RunPlan } from "../../planner/plan.ts";
import { recordedPlan } from "../../planner/remaining.ts";
import { SluiceError } from "../../model/issue.ts";
import type { BackfillResult, RecoverOptions, RunResult } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { isBackfillPlan, openContext } from "../planning.ts";
import { newId } from "../run_id.ts";
import { unknownRun } from "../refusals.ts";
import type { Verbs } from "../verbs/verbs.ts";
import { launchRemotely } from "./launch.ts";
import { pause, type RemoteParts } from "./pause.ts";
import { type Command, formatCommand, openReply, type RunAnswer, type SentOptions } from "./command.ts";

/** How often an answer is looked for. */
const LOOK_MS = 25;
/** For so many looks it may be that whoever writes the file has not said yet that it serves. */
const PATIENCE = 200;

/** Verbs that another process does. */
export function remoteVerbs(remote: RemoteParts): Verbs {
  const { parts } = remote;
  const ask = (command: Command, options: RecoverOptions = {}) =>
    askLeader(remote, newId(parts.clock, parts.random), command, options.signal);
  const askRun = async (command: Command, options: RecoverOptions, plan?: RunPlan) =>
    await readRun(parts, await ask(command, options) as RunAnswer, plan);
  return {
    execute: async (plan, given, job) => {
      requireOwn(parts, plan);
      const command = { verb: "execute", plan: formatPlan(plan), options: sent(given) } as const;
      return await askRun(job === undefined ? command : { ...command, job }, given, plan);
    },
    backfill: async (plan, given) => {
      requireOwn(parts, plan.whole);
      const command = { verb: "backfill", plan: formatBackfillPlan(plan), options: sent(given) } as const;
      return await readBackfill(parts, await ask(command, given) as RunAnswer, plan);
    },
    launch: async (work) => {
      const { plan } = work;
      requireOwn(parts, isBackfillPlan(plan) ? plan.whole : plan);
      const read = (answer: RunAnswer): Promise<RunResult | BackfillResult> =>
        isBackfillPlan(plan) ? readBackfill(parts, answer, plan) : readRun(parts, answer);
      return await launchRemotely(remote, work, { ask, read });
    },
    note: async (name, payload) => void await ask({ verb: "note", name, payload }),
    rerun: async (run, from, given) =>
      await askRun({ verb: "rerun", run, from, options: sent(given) }, given),
    compensate: async (run, given) => await askRun({ verb: "compensate", run, options: sent(given) }, given),
    recover: async (given) => {
      const answers = await ask({ verb: "recover", options: sent(given) }, given) as readonly RunAnswer[];
      return await Promise.all(answers.map((answer) => readRun(parts, answer)));
    },
    cancel: async (id, reason) => void await ask({ verb: "cancel", id, reason }),
    report: async ({ key: asset }, reports) => void await ask({ verb: "report", asset, reports }),
    wipe: async ({ key: asset }, partitions) => await ask({ verb: "wipe", asset, partitions }) as number,
    addKeys: async (name, keys) => void await ask({ verb: "addKeys", name, keys }),
    removeKeys: async (name, keys) => void await ask({ verb: "removeKeys", name, keys }),
    prune: async (retention) => await ask({ verb: "prune", retention }) as number,
    pause: async () => void await ask({ verb: "pause" }),
    resume: async () => void await ask({ verb: "resume" }),
  };
}

function unshared(name: string): SluiceError {
  return new SluiceError({
    code: "STORE_LOCKED",
    message: `The store ${name} is written by a process that does not share it.`,
    path: ["store", name],
    hint: "Open it there with shared: true too, or close it there.",
  });
}

/** A signal does not cross: it is watched here, and sent as a command of its own. */
function sent({ signal: _, ...options }: RecoverOptions): SentOptions {
  return options;
}

/** Sends a command and waits for its answer, whoever leads by then. */
async function askLeader(
  remote: RemoteParts,
  id: string,
  command: Command,
  signal?: AbortSignal,
): Promise<unknown> {
  const { commands, closing, parts } = remote;
  await commands.send(id, formatCommand(command));
  let isAnswered = false;
  const cancel = () => void cancelWhenBegun(remote, id, signal, () => isAnswered).catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  try {
    for (let unserved = 0;;) {
      const answer = await commands.answer(id);
      if (answer !== undefined) return openReply(answer);
      if (closing.aborted) throw closing.reason;
      unserved = !commands.isServed() && commands.hasWriter() ? unserved + 1 : 0;
      if (unserved > PATIENCE) throw unshared(parts.store.name);
      await pause(remote, LOOK_MS);
    }
  } finally {
    isAnswered = true;
    signal?.removeEventListener("abort", cancel);
    if (!closing.aborted) await commands.forget(id).catch(() => {});
  }
}

/** A run that the leader has not begun yet is not known to it: then it is asked again. */
async function cancelWhenBegun(
  remote: RemoteParts,
  id: string,
  signal: AbortSignal | undefined,
  isOver: () => boolean,
): Promise<void> {
  const { parts: { clock, random } } = remote;
  const reason = typeof signal?.reason === "string" ? signal.reason : "canceled";
  while (!isOver()) {
    try {
      await askLeader(remote, newId(clock, random), { verb: "cancel", id, reason });
      return;
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== "RUN_UNKNOWN") throw error;
    }
    await pause(remote, LOOK_MS);
  }
}

/** What became of a run, from its record. */
async function readRun(parts: Parts, { id, status }: RunAnswer, known?: RunPlan): Promise<RunResult> {
  const [record, created] = await Promise.all([parts.store.run(id), parts.store.plan(id)]);
  if (!record || !created) throw unknownRun(id);
  const plan = known ?? recordedPlan(await openContext(parts), created.steps, id);
  return { id, status, record, plan };
}

async function readBackfill(
  parts: Parts,
  { id, status }: RunAnswer,
  known: BackfillPlan,
): Promise<BackfillResult> {
  const runs = await parts.store.runs({ backfill: id, limit: Number.MAX_SAFE_INTEGER });
  const results = runs.toReversed().map((run) =>
    readRun(parts, { id: run.id, status: run.status as RunAnswer["status"] })
  );
  return { id, status: status as BackfillResult["status"], plan: known, runs: await Promise.all(results) };
}

/** A plan is of the definitions of this process; whether the leader has the same is told by it. */
function requireOwn({ definitions }: Parts, plan: RunPlan): void {
  if (plan.definitions === definitions) return;
  throw new SluiceError({
    code: "PLAN_OUTDATED",
    message: "The plan was made for other definitions than the orchestrator runs.",
    path: ["plan"],
    hint: "Plan with this orchestrator, or read the saved plan with parsePlan.",
  });
}
