import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineAsset, definitions, output, skip, staticPartitions } from "sluice";
import { encodeParam } from "../../../src/pipes/wire/params.ts";
import { memoryIO } from "../../../src/io/memory.ts";
import type { StepRequest } from "../../../src/model/step/request.ts";
import { openNotes } from "../../../src/cli/host/notes.ts";
import { pipesReporters } from "../../../src/cli/step/pipes_reporter.ts";
import { runStep } from "../../../src/cli/step/run.ts";
import { inFolder } from "../../support/folder.ts";
import { openTestHost } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

interface Message {
  readonly method: string;
  readonly params: { readonly [name: string]: unknown };
}

const regions = staticPartitions(["eu", "us"]);
const assets = [
  defineAsset({
    key: "raw/plain",
    io: "kept",
    checks: {
      few: { severity: "warn", run: () => ({ passed: false, metadata: { rows: 3 } }) },
    },
    run: ({ log }) => {
      log.warning("so far", { rows: 3 });
      return output(7, { metadata: { rows: 3, mean: 1.5, nested: { list: [1] } } });
    },
  }),
  defineAsset({
    key: "parts",
    io: "kept",
    partitions: regions,
    run: ({ partition }) => output(partition.key, { metadata: { of: partition.key } }),
  }),
  defineAsset({ key: "none", io: "kept", skippable: true, run: () => skip("nothing new") }),
  defineAsset({
    key: "broken",
    io: "kept",
    run: () => {
      throw new Error("cannot", { cause: new Error("since") });
    },
  }),
];

/** What Dagster is told of a step. */
function messagesOf(request: Partial<StepRequest> & { readonly step: string }): Promise<readonly Message[]> {
  return inFolder(async (folder) => {
    const [context, messages] = [join(folder, "context.json"), join(folder, "messages")];
    writeFileSync(context, JSON.stringify({ run_id: "r", retry_number: 0, extras: {}, asset_keys: null }));
    const env = {
      DAGSTER_PIPES_CONTEXT: encodeParam({ path: context }),
      DAGSTER_PIPES_MESSAGES: encodeParam({ path: messages }),
    };
    const host = openTestHost();
    await runStep({
      host,
      notes: openNotes({ output: host.stderr, page: plainPage(), isQuiet: false, isLive: false }),
      stdout: host.stdout,
      reporters: pipesReporters(env),
      graceMs: 100,
      watchStdin: false,
      readRequest: () => Promise.resolve({ version: 1, runId: "r", ...request }),
      load: () =>
        Promise.resolve({
          definitions: definitions({ assets }),
          options: { io: [memoryIO({ name: "kept" })] },
        }),
    });
    return readFileSync(messages, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  });
}

describe("a step that Dagster started", () => {
  test("reports its log, what it made and what it checked", async () => {
    const [opened, log, made, checked, closed] = await messagesOf({ step: "raw/plain" });
    assert.equal(opened.method, "opened");
    assert.deepEqual(log.params, { message: 'so far {"rows":3}', level: "WARNING" });
    assert.equal(made.method, "report_asset_materialization");
    assert.equal(made.params.asset_key, "raw/plain");
    assert.deepEqual(made.params.metadata, {
      rows: { type: "__infer__", raw_value: 3 },
      mean: { type: "__infer__", raw_value: 1.5 },
      nested: { type: "__infer__", raw_value: { list: [1] } },
    });
    assert.equal(typeof made.params.data_version, "string");
    assert.deepEqual(checked.params, {
      asset_key: "raw/plain",
      check_name: "few",
      passed: false,
      severity: "WARN",
      metadata: { rows: { type: "__infer__", raw_value: 3 } },
    });
    assert.deepEqual(closed, { ...closed, method: "closed", params: {} });
  });

  test("reports an asset once, and each of several partitions in a message of its own", async () => {
    const messages = await messagesOf({ step: "parts", partitions: ["eu", "us"] });
    assert.deepEqual(messages.map(({ method }) => method), [
      "opened",
      "report_custom_message",
      "report_custom_message",
      "report_asset_materialization",
      "closed",
    ]);
    const { kind, partition, metadata } = messages[1].params.payload as { [name: string]: unknown };
    assert.deepEqual({ kind, partition, metadata }, {
      kind: "sluice",
      partition: "eu",
      metadata: { of: "eu" },
    });
    assert.equal(messages[3].params.metadata, null);
  });

  test("reports nothing of what it skipped, and why it failed", async () => {
    const skipped = await messagesOf({ step: "none" });
    assert.deepEqual(skipped.map(({ method }) => method), ["opened", "closed"]);
    const failed = await messagesOf({ step: "broken" });
    const { exception } = failed.at(-1)?.params as {
      exception: { message: string; cause: { message: string } };
    };
    assert.match(exception.message, /cannot/);
    assert.match(exception.cause.message, /since|cannot/);
  });
});

test("a step that nobody started through Pipes has no such reporter", () => {
  assert.deepEqual(pipesReporters({}), []);
});
