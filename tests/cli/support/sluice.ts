/** Runs the command line within the test, over the fixtures. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { main } from "../../../src/cli/main.ts";
import { type HostOptions, openTestHost, type TestHost } from "./host.ts";

/** The folder of the fixtures, the working directory of the commands. */
export const fixtures: string = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly host: TestHost;
  /** The one JSON document on stdout. */
  readonly json: <T = Record<string, unknown>>() => T;
}

/** Runs one command line, given as words or as a text that is split at spaces. */
export async function sluice(line: string | readonly string[], options: HostOptions = {}): Promise<Outcome> {
  const host = openTestHost({ cwd: fixtures, ...options });
  const argv = typeof line === "string" ? line.split(" ") : line;
  const code = await main(argv, host);
  return {
    code,
    out: host.stdout.text(),
    err: host.stderr.text(),
    host,
    json() {
      const document = JSON.parse(host.stdout.text());
      assert.equal(document.schemaVersion, 1);
      return document;
    },
  };
}
