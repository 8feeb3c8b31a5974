/** A Dagster of three lines: hands over a context, and reads what comes back. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeParam } from "../../src/pipes/wire/params.ts";

/** A message as it was received. */
export interface Received {
  readonly method: string;
  // deno-lint-ignore no-explicit-any
  readonly params: any;
}

/** What is handed over, and what was received so far. */
export interface Handover {
  readonly variables: Record<string, string>;
  received(): Received[];
}

/** Hands over a context within the parameters, and a file for messages. */
export function handOver(
  folder: string,
  context: Readonly<Record<string, unknown>> = {},
  messages: Readonly<Record<string, unknown>> = {},
): Handover {
  const path = join(folder, "messages");
  if (!existsSync(path)) writeFileSync(path, "");
  const data = { run_id: "r1", retry_number: 0, extras: {}, asset_keys: ["orders"], ...context };
  const variables = {
    DAGSTER_PIPES_CONTEXT: encodeParam({ data }),
    DAGSTER_PIPES_MESSAGES: encodeParam({ path, ...messages }),
  };
  return { variables, received: () => parseMessages(readFileSync(path, "utf8")) };
}

/** The messages among lines of text, without those that only fill pages. */
export function parseMessages(text: string): Received[] {
  return text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
    .filter(({ method, params }) => method !== "log_external_stream" || params.text !== "");
}
