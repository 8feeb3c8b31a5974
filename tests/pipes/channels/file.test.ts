import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFileChannel } from "../../../src/pipes/channels/file.ts";
import { formatMessage } from "../../../src/pipes/wire/message.ts";
import { start } from "../../support/child.ts";
import { inFolder } from "../../support/folder.ts";

function payloads(path: string): unknown[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  return lines.filter(({ method }) => method === "report_custom_message").map(({ params }) => params.payload);
}

describe("openFileChannel", () => {
  test("appends whole lines beside another writer, and leaves no lock", () =>
    inFolder(async (folder) => {
      const path = join(folder, "messages");
      const [left, right] = [openFileChannel(path), openFileChannel(path)];
      for (let index = 0; index < 200; index++) {
        const channel = index % 3 === 0 ? right : left;
        channel.write(formatMessage("report_custom_message", { payload: [index, "x".repeat(index * 50)] }));
      }
      await Promise.all([left.close(), right.close(), left.close()]);
      assert.deepEqual(
        payloads(path),
        Array.from({ length: 200 }, (_, index) => [index, "x".repeat(index * 50)]),
      );
      assert.ok(!existsSync(`${path}.lock`));
    }));

  test("writes 1,000 lines from four processes, each whole and in order", () =>
    inFolder(async (folder) => {
      const path = join(folder, "messages");
      writeFileSync(path, "");
      const writers = ["a", "b", "c", "d"].map((name) =>
        start("tests/pipes/channels/writer.ts", [path, name]).ended
      );
      for (const { code, stderr } of await Promise.all(writers)) assert.equal(code, 0, stderr);
      const found = payloads(path) as { name: string; index: number; text: string }[];
      assert.equal(found.length, 1000);
      for (const name of ["a", "b", "c", "d"]) {
        const own = found.filter((each) => each.name === name);
        assert.deepEqual(own.map(({ index }) => index), Array.from({ length: 250 }, (_, index) => index));
      }
    }));

  test("takes over the lock of a process that died", () =>
    inFolder(async (folder) => {
      const path = join(folder, "messages");
      writeFileSync(path, "{}\n");
      writeFileSync(`${path}.lock`, "");
      const channel = openFileChannel(path);
      channel.write("{}");
      await channel.close();
      assert.equal(readFileSync(path, "utf8"), "{}\n{}\n");
    }));

  test("says which file cannot be opened", () => {
    assert.throws(() => openFileChannel("absent/folder/messages"), {
      code: "CHANNEL_FAILED",
      message: "CHANNEL_FAILED: Cannot open the file of messages, absent/folder/messages.",
    });
  });
});
