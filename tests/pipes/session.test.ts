import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openDagsterPipes, type PipesContext, runDagsterPipes } from "sluice/pipes";
import { inFolder } from "../support/folder.ts";
import { handOver, type Received } from "./support.ts";

/** Runs a body in a session, and gives what Dagster has received. */
function received(
  body: (pipes: PipesContext) => unknown,
  context?: Readonly<Record<string, unknown>>,
): Promise<Received[]> {
  return inFolder(async (folder) => {
    const dagster = handOver(folder, context);
    await runDagsterPipes(body, { from: dagster.variables }).catch(() => {});
    return dagster.received();
  });
}

describe("a session", () => {
  test("sends opened first and closed last, and each report with exactly its parameters", async () => {
    const messages = await received((pipes) => {
      pipes.log.info("a %d", 1);
      pipes.reportAssetMaterialization({ dataVersion: "v", metadata: { n: 1 } });
      pipes.reportAssetCheck({ checkName: "c", passed: true });
      pipes.reportCustomMessage({ x: 1 });
      pipes.logExternalStream("stderr", "text\n");
    });
    assert.deepEqual(messages.map(({ method, params }) => [method, params]), [
      ["opened", { extras: {} }],
      ["log", { message: "a 1", level: "INFO" }],
      ["report_asset_materialization", {
        asset_key: "orders",
        data_version: "v",
        metadata: { n: { type: "__infer__", raw_value: 1 } },
      }],
      ["report_asset_check", {
        asset_key: "orders",
        check_name: "c",
        passed: true,
        severity: "ERROR",
        metadata: null,
      }],
      ["report_custom_message", { payload: { x: 1 } }],
      ["log_external_stream", { stream: "stderr", text: "text\n", extras: {} }],
      ["closed", {}],
    ]);
  });

  test("refuses a second materialization, unknown assets and wrong values, and sends nothing of them", async () => {
    const messages = await received((pipes) => {
      const refuse = (code: string, report: () => void): void => assert.throws(report, { code });
      refuse(
        "VALUE_INVALID",
        () => pipes.reportAssetMaterialization({ metadata: { a: [() => 1] as never } }),
      );
      refuse("ASSET_UNKNOWN", () => pipes.reportAssetMaterialization({ assetKey: "other" }));
      refuse("VALUE_INVALID", () => pipes.reportAssetMaterialization({ dataVersion: 1 as never }));
      refuse("VALUE_INVALID", () => pipes.reportAssetCheck({ checkName: "c", passed: 1 as never }));
      refuse(
        "VALUE_INVALID",
        () => pipes.reportAssetCheck({ checkName: "c", passed: true, severity: "LOW" as never }),
      );
      refuse("VALUE_INVALID", () => pipes.reportCustomMessage(undefined));
      refuse("VALUE_INVALID", () => pipes.logExternalStream("stdin" as never, ""));
      pipes.reportAssetMaterialization();
      refuse("ALREADY_MATERIALIZED", () => pipes.reportAssetMaterialization({ assetKey: ["orders"] }));
    });
    assert.deepEqual(messages.map(({ method }) => method), [
      "opened",
      "report_asset_materialization",
      "closed",
    ]);
  });

  test("needs a key when the step has several assets or only checks", async () => {
    const messages = await received((pipes) => {
      assert.throws(() => pipes.reportAssetMaterialization(), { code: "ASSET_UNKNOWN" });
      pipes.reportAssetMaterialization({ assetKey: ["b", "c/d"] });
    }, { asset_keys: ["a", "b/c\\/d"] });
    assert.equal(messages[1].params.asset_key, "b/c\\/d");
    const checks = await received((pipes) => {
      assert.throws(() => pipes.reportAssetCheck({ checkName: "c", passed: true }), {
        code: "ASSET_UNKNOWN",
      });
      pipes.reportAssetCheck({ checkName: "c", passed: true, assetKey: "any" });
    }, { asset_keys: [] });
    assert.equal(checks[1].params.asset_key, "any");
  });

  test("closes with the error of its body, which is thrown on", () =>
    inFolder(async (folder) => {
      const dagster = handOver(folder);
      const error = new Error("no");
      const body = (): never => {
        throw error;
      };
      await assert.rejects(runDagsterPipes(body, { from: dagster.variables }), (thrown) => thrown === error);
      assert.equal(dagster.received().at(-1)?.params.exception.message, "Error: no\n");
    }));

  test("closes once, and takes nothing afterwards", () =>
    inFolder(async (folder) => {
      const dagster = handOver(folder);
      const pipes = await openDagsterPipes({ from: dagster.variables });
      await Promise.all([pipes.close(), pipes.close({ error: new Error("late") })]);
      await pipes[Symbol.asyncDispose]();
      assert.equal(pipes.isClosed, true);
      assert.throws(() => pipes.log.info("late"), { code: "SESSION_CLOSED" });
      assert.deepEqual(dagster.received().map(({ params }) => params), [{ extras: {} }, {}]);
    }));

  test("that cannot read its context tells Dagster why", () =>
    inFolder(async (folder) => {
      const dagster = handOver(folder, { asset_keys: "orders" });
      await assert.rejects(openDagsterPipes({ from: dagster.variables }), { code: "CONTEXT_INVALID" });
      const [opened, closed] = dagster.received();
      assert.equal(opened.method, "opened");
      assert.match(closed.params.exception.message, /asset_keys is not a list/);
    }));

  test("takes loaders and channels of its user's", async () => {
    const lines: string[] = [];
    const from = { DAGSTER_PIPES_CONTEXT: "", DAGSTER_PIPES_MESSAGES: "" };
    await inFolder(async (folder) => Object.assign(from, handOver(folder).variables));
    const channel = { write: (line: string) => void lines.push(line), close: () => Promise.resolve() };
    const pipes = await openDagsterPipes({
      from,
      loadContext: ({ data }) => ({ ...data as object, run_id: "mine" }),
      openMessages: () => channel,
      openedExtras: { cluster: "c" },
    });
    assert.equal(pipes.runId, "mine");
    await pipes.close();
    assert.deepEqual(lines.map((line) => JSON.parse(line).params), [{ extras: { cluster: "c" } }, {}]);
  });

  test("names parameters that nothing here understands", () =>
    inFolder(async (folder) => {
      const dagster = handOver(folder, {}, { path: undefined, volume: "x" });
      await assert.rejects(
        openDagsterPipes({ from: dagster.variables }),
        /"volume":"x".*[\s\S]*openMessages/,
      );
      const { variables } = handOver(folder, {}, { path: undefined, stdio: "stdin" });
      await assert.rejects(openDagsterPipes({ from: variables }), /not to "stdin"/);
    }));
});

describe("a step", () => {
  test("answers, or says what it does not have", async () => {
    await received((pipes) => {
      assert.deepEqual([pipes.isAssetStep, pipes.assetKey, pipes.runId, pipes.retryNumber, pipes.jobName], [
        true,
        "orders",
        "r1",
        0,
        null,
      ]);
      assert.equal(pipes.isPartitionStep, false);
      for (
        const name of ["partitionKey", "partitionKeyRange", "partitionTimeWindow", "codeVersion"] as const
      ) {
        assert.throws(() => pipes[name], { code: "CONTEXT_UNDEFINED" }, name);
      }
      assert.equal(pipes.getExtra("limit"), 3);
      assert.equal(pipes.getExtra("absent", 4), 4);
      assert.equal(pipes.getExtra("absent", undefined), undefined);
      assert.throws(() => pipes.getExtra("toString"), /no extra "toString"; there are: "limit"/);
    }, { extras: { limit: 3 } });
  });

  test("without Dagster has the context that it is given", async () => {
    const pipes = await openDagsterPipes({ from: {}, local: { partitionKey: "2026-01-01" } });
    assert.deepEqual([pipes.isDagster, pipes.partitionKey, pipes.runId], [false, "2026-01-01", "local"]);
    assert.throws(() => pipes.assetKey, /pass local: \{ assetKey/);
    await pipes.close();
  });
});
