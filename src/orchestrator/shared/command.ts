/** What one process asks of the one that leads, as JSON, and what it is answered. */
import { DOUBTFUL, surveyJson } from "../../io/formats/json_check.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import { type Issue, SluiceError } from "../../model/issue.ts";
import type { BackfillPlanJson, PlanJson } from "../../planner/json.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import type { MaterializationReport, RecoverOptions } from "../contract.ts";
import type { NoteName, Pruning } from "../verbs/verbs.ts";

/** The options of a run, without what cannot cross. */
export type SentOptions = Omit<RecoverOptions, "signal">;

/** One thing to do. The runs and backfills that are begun have the id of their command. */
export type Command =
  | {
    readonly verb: "execute";
    readonly plan: PlanJson;
    readonly job?: string;
    readonly options: SentOptions;
  }
  | { readonly verb: "backfill"; readonly plan: BackfillPlanJson; readonly options: SentOptions }
  | {
    readonly verb: "launch";
    readonly id: string;
    readonly plan: PlanJson | BackfillPlanJson;
    readonly job?: string;
    readonly options: SentOptions;
  }
  | {
    readonly verb: "note";
    readonly name: NoteName;
    readonly payload: EventPayloads[NoteName];
  }
  | {
    readonly verb: "rerun";
    readonly run: string;
    readonly from: "failure" | "start";
    readonly options: SentOptions;
  }
  | { readonly verb: "compensate"; readonly run: string; readonly options: SentOptions }
  | { readonly verb: "recover"; readonly options: SentOptions }
  | { readonly verb: "cancel"; readonly id: string; readonly reason: string }
  | { readonly verb: "report"; readonly asset: string; readonly reports: readonly MaterializationReport[] }
  | { readonly verb: "wipe"; readonly asset: string; readonly partitions: PartitionRequest }
  | { readonly verb: "addKeys" | "removeKeys"; readonly name: string; readonly keys: readonly string[] }
  | { readonly verb: "prune"; readonly retention: Pruning }
  | { readonly verb: "pause" | "resume" };

/** What became of a run, as far as its record does not say it. */
export interface RunAnswer {
  readonly id: string;
  readonly status: "success" | "failed" | "canceled" | "interrupted" | "parked";
}

/** What is answered: a value by the verb, or what was thrown. */
export type Reply =
  | { readonly value: unknown }
  | { readonly issues: readonly [Issue, ...Issue[]] }
  | { readonly error: { readonly name: string; readonly message: string } };

/**
 * The text of a command.
 *
 * @throws {SluiceError} USAGE for what cannot be handed to another process: config or metadata that is no JSON.
 */
export function formatCommand(command: Command): string {
  const bad = Object.entries(command).find(([, value]) =>
    value !== undefined && surveyJson(value, 0) === DOUBTFUL
  );
  if (bad) throw notJson(command.verb, bad[0]);
  return JSON.stringify(command);
}

/** Reads what {@linkcode formatCommand} wrote. */
export function parseCommand(text: string): Command {
  return JSON.parse(text) as Command;
}

function notJson(verb: string, field: string): SluiceError {
  return new SluiceError({
    code: "USAGE",
    message:
      `${verb} is done by another process, which leads, and its ${field} hold what cannot be written as JSON.`,
    path: [verb, field],
    hint: "Functions, cycles and instances stay in this process: give plain values.",
  });
}

/** What was thrown, as a reply. */
export function replyOf(error: unknown): Reply {
  if (error instanceof SluiceError) return { issues: error.issues as readonly [Issue, ...Issue[]] };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { error: { name, message } };
}

/** The value of a reply. Throws what was thrown there. */
export function openReply(text: string): unknown {
  const reply = JSON.parse(text) as Reply;
  if ("issues" in reply) throw new SluiceError(reply.issues);
  if ("error" in reply) throw Object.assign(new Error(reply.error.message), { name: reply.error.name });
  return reply.value;
}
