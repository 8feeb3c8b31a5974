import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openLocalChannel } from "../../../src/pipes/channels/local.ts";
import { formatMessage } from "../../../src/pipes/wire/message.ts";

describe("openLocalChannel", () => {
  test("prints each report as one line", () => {
    let text = "";
    const channel = openLocalChannel((piece) => text += piece);
    const metadata = { rows: { type: "int", raw_value: 3 } };
    channel.write(formatMessage("opened", { extras: {} }));
    channel.write(formatMessage("log", { message: "hello", level: "INFO" }));
    channel.write(
      formatMessage("report_asset_materialization", { asset_key: "a", data_version: "v", metadata }),
    );
    channel.write(
      formatMessage("report_asset_check", {
        asset_key: "",
        check_name: "c",
        passed: false,
        severity: "WARN",
        metadata: null,
      }),
    );
    channel.write(formatMessage("report_custom_message", { payload: [1] }));
    channel.write(formatMessage("closed", {}));
    assert.deepEqual(text.split("\n"), [
      "[pipes] not started by Dagster: reports are printed here",
      "[pipes] INFO: hello",
      "[pipes] materialized a at version v: rows=3",
      "[pipes] check c of the asset failed (WARN)",
      "[pipes] message: [1]",
      "",
    ]);
  });
});
