/** Sensors of what an address answers. */
import { createHash } from "node:crypto";
import type { Awaitable } from "../../model/assets/result.ts";
import type { HttpAnswer, HttpWatch } from "../../model/automation/sensors/watch.ts";
import type { Clock } from "../../model/ports.ts";
import { isRecord } from "../../model/validate/options.ts";
import { type Call, type CallAnswer, callOut } from "../../net/call.ts";
import type { Findings, Look, Looker } from "./look.ts";

/** Makes requests. */
export type CallPort = (call: Call) => Promise<CallAnswer>;

/** What is remembered of the answer before. */
interface Remembered {
  readonly status: number;
  /** Of the body. */
  readonly digest: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

const NOT_MODIFIED = 304;

/** Looks at an address. An answer of the server's that it has failed is a failed look. */
export function lookAtAddress(
  watch: HttpWatch,
  clock: Clock,
  timeoutMs: number,
  call: CallPort = callOut,
): Looker {
  const { url, allow, maxBytes } = watch;
  return async (look) => {
    const before = readRemembered(look.state);
    const headers = { ...await headersOf(watch), ...conditionsOf(before) };
    const answer = await call({ url, allow, maxBytes, headers, timeoutMs, clock, signal: look.signal });
    if (answer.status === NOT_MODIFIED && before) return { asks: [], state: look.state };
    if (answer.status >= 500 || answer.status === 429) {
      throw new Error(`The server answered ${answer.status}.`);
    }
    if (answer.isCut) throw new Error(`The answer is longer than ${maxBytes} bytes.`);
    return await findingsOf(watch, answer, before, look);
  };
}

async function findingsOf(
  watch: HttpWatch,
  answer: CallAnswer,
  before: Remembered | undefined,
  { state }: Look,
): Promise<Findings> {
  const now = remember(answer);
  const isOther = before ? before.status !== now.status || before.digest !== now.digest : watch.initial;
  const isAsked = watch.when ? await watch.when(shown(answer)) : isOther;
  const isNew = before === undefined || JSON.stringify(now) !== JSON.stringify(before);
  const next = isNew ? now : state;
  return isAsked
    ? { asks: [{}], state: next }
    : { asks: [], state: next, isKept: before === undefined || (watch.when === undefined && isNew) };
}

function shown({ status, headers, text }: CallAnswer): HttpAnswer {
  return { status, headers, body: text };
}

function remember({ status, headers, text }: CallAnswer): Remembered {
  const { etag, "last-modified": lastModified } = headers;
  return {
    status,
    digest: createHash("sha256").update(text).digest("base64url"),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
}

function readRemembered(state: unknown): Remembered | undefined {
  return isRecord(state) && typeof state.status === "number" && typeof state.digest === "string"
    ? state as unknown as Remembered
    : undefined;
}

function conditionsOf(before: Remembered | undefined): { readonly [name: string]: string } {
  return {
    ...(before?.etag !== undefined && { "if-none-match": before.etag }),
    ...(before?.lastModified !== undefined && { "if-modified-since": before.lastModified }),
  };
}

async function headersOf({ headers }: HttpWatch): Promise<{ readonly [name: string]: string }> {
  const entries = Object.entries(headers).map(async (
    [name, value]: [string, string | (() => Awaitable<string>)],
  ) => [name, typeof value === "string" ? value : await value()] as const);
  return Object.fromEntries(await Promise.all(entries));
}
