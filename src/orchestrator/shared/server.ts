/** The side that leads: takes commands in their order, does each at most once, and answers. */
import { SluiceError } from "../../model/issue.ts";
import { isFinalRun } from "../../model/events/status.ts";
import { parseBackfillPlan, parsePlan } from "../../planner/json.ts";
import type { CommandTable, OpenCommand } from "../../stores/sqlite/commands.ts";
import type { ActiveRuns } from "../active.ts";
import type { RunResult } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { openContext } from "../planning.ts";
import type { Verbs } from "../verbs/verbs.ts";
import { type Command, parseCommand, type Reply, replyOf, type RunAnswer } from "./command.ts";

/** What serving takes. */
export interface ServerParts {
  readonly parts: Parts;
  /** The verbs of this process; those of a command give what they begin its id. */
  readonly verbsOf: (id: string) => Verbs;
  readonly commands: CommandTable;
  readonly active: ActiveRuns;
  /** Fulfilled when what a lost leader has left was gone on with, where that is done by itself. */
  readonly recovered: Promise<unknown>;
}

/** Serves the commands of a file as long as this process writes it. */
export class CommandServer {
  readonly #parts: ServerParts;
  readonly #begun: Set<string> = new Set();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Begins what was asked since the last look. */
  async look(): Promise<void> {
    const { commands, active } = this.#parts;
    for (const command of await commands.open()) {
      if (this.#begun.has(command.id) || this.#isLeaving) continue;
      this.#begun.add(command.id);
      if (!await commands.take(command.id, this.#fence)) return;
      active.during(() => this.#serve(command)).catch(() => {});
    }
  }

  get #fence(): number {
    return this.#parts.parts.store.fence?.number ?? 0;
  }

  get #isLeaving(): boolean {
    return this.#parts.parts.engine.isLeaving;
  }

  async #serve({ id, request, taken }: OpenCommand): Promise<void> {
    const { commands, parts } = this.#parts;
    const reply = await this.#reply(id, request, taken !== null);
    // What closing has cut short is for whoever leads next.
    if (this.#isLeaving && isCutShort(reply)) return;
    if (commands.fence() !== this.#fence) return;
    await parts.engine.recorder.flush();
    await commands.reply(id, this.#fence, JSON.stringify(reply));
    this.#begun.delete(id);
  }

  async #reply(id: string, request: string, wasTaken: boolean): Promise<Reply> {
    try {
      const command = parseCommand(request);
      return { value: await (wasTaken ? this.#again(id, command) : this.#do(id, command)) ?? null };
    } catch (error) {
      return replyOf(error);
    }
  }

  /** A command that a lost leader had begun: what it began is on record, and is answered from there. */
  async #again(id: string, command: Command): Promise<unknown> {
    const { parts: { store }, recovered } = this.#parts;
    switch (command.verb) {
      case "execute":
      case "compensate":
      case "rerun": {
        if (!await store.run(id)) return await this.#do(id, command);
        await recovered;
        const run = await store.run(id);
        return { id, status: run && isFinalRun(run.status) ? run.status : run?.status ?? "interrupted" };
      }
      case "backfill": {
        if (!await store.backfill(id)) return await this.#do(id, command);
        await recovered;
        const status = (await store.backfill(id))?.status;
        return { id, status: status === "running" ? "interrupted" : status };
      }
      case "launch":
      case "recover":
      case "cancel":
      case "pause":
      case "resume":
        return await this.#do(id, command);
      case "note":
        return await this.#do(id, command).catch(passRefusal);
      default:
        throw lostCommand(command.verb);
    }
  }

  async #do(id: string, command: Command): Promise<unknown> {
    const { parts, verbsOf } = this.#parts;
    const verbs = verbsOf(id);
    switch (command.verb) {
      case "execute": {
        const plan = parsePlan(command.plan, await openContext(parts));
        return answerOf(await verbs.execute(plan, command.options, command.job));
      }
      case "backfill": {
        const plan = parseBackfillPlan(command.plan, await openContext(parts));
        const { status } = await verbs.backfill(plan, command.options);
        return { id, status };
      }
      case "launch": {
        const { id, plan: json, options, job } = command;
        const context = await openContext(parts);
        const plan = json.kind === "backfill-plan"
          ? parseBackfillPlan(json, context)
          : parsePlan(json, context);
        const { isNew } = await verbs.launch({
          id,
          isFresh: false,
          plan,
          options,
          ...(job !== undefined && { job }),
        });
        return isNew;
      }
      case "note":
        return await verbs.note(command.name, command.payload);
      case "rerun":
        return answerOf(await verbs.rerun(command.run, command.from, command.options));
      case "compensate":
        return answerOf(await verbs.compensate(command.run, command.options));
      case "recover":
        return (await verbs.recover(command.options)).map(answerOf);
      case "cancel":
        return await verbs.cancel(command.id, command.reason);
      case "report":
        return await verbs.report(parts.definitions.asset(command.asset), command.reports);
      case "wipe":
        return await verbs.wipe(parts.definitions.asset(command.asset), command.partitions);
      case "addKeys":
        return await verbs.addKeys(command.name, command.keys);
      case "removeKeys":
        return await verbs.removeKeys(command.name, command.keys);
      case "prune":
        return await verbs.prune(command.retention);
      case "pause":
        return await verbs.pause();
      case "resume":
        return await verbs.resume();
    }
  }
}

function answerOf({ id, status }: RunResult): RunAnswer {
  return { id, status };
}

/** A tick that the lost leader has recorded is refused now: it was asked for once. */
function passRefusal(error: unknown): void {
  if (!(error instanceof SluiceError) || error.code !== "EVENT_REFUSED") throw error;
}

function isCutShort(reply: Reply): boolean {
  if (!("value" in reply)) return "issues" in reply && reply.issues[0].code === "STORE_CLOSED";
  const answers = [reply.value].flat() as readonly (Partial<RunAnswer> | null)[];
  return answers.some((answer) => answer?.status === "interrupted");
}

function lostCommand(verb: string): SluiceError {
  return new SluiceError({
    code: "COMMAND_LOST",
    message: `The process that led died while it did ${verb}; whether it was done is not on record.`,
    path: [verb],
    hint: "Look at what is recorded, and ask again if need be.",
  });
}
