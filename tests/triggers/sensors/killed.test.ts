/** Processes that are killed while their sensors look: each thing that happened is asked for once. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator } from "sluice";
import { start } from "../../support/child.ts";
import { inFolder } from "../../support/folder.ts";
import { askedFor, watchingOf } from "./fixtures/watching.ts";

const SCRIPT = "tests/triggers/sensors/fixtures/watching.ts";
const KILLS = 5;
const EACH = 4;

describe("a process that is killed over and over", () => {
  test("asks once for each thing that happened", () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, "inbox"));
      const items: string[] = [];
      const happen = () => {
        const item = `item-${String(items.length).padStart(2, "0")}`;
        items.push(item);
        appendFileSync(join(folder, "queue"), `${item}\n`);
        writeFileSync(join(folder, item), item);
        renameSync(join(folder, item), join(folder, "inbox", item));
      };
      const total = KILLS * EACH;
      for (let kill = 0; kill < KILLS; kill++) {
        const child = start(SCRIPT, [folder, String(total)]);
        while (child.output() === "") await new Promise((resolve) => setTimeout(resolve, 5));
        for (let n = 0; n < EACH; n++) {
          await new Promise((resolve) => setTimeout(resolve, 150 + 37 * kill));
          happen();
        }
        await new Promise((resolve) => setTimeout(resolve, 60 * kill));
        child.kill("SIGKILL");
        await child.ended;
      }
      const { code, stderr } = await start(SCRIPT, [folder, String(total)]).ended;
      assert.deepEqual([code, stderr], [0, ""]);
      await using sluice = createOrchestrator(watchingOf(folder), { folder });
      const asked = await askedFor(sluice);
      for (const name of ["named", "plain", "inbox"]) assert.deepEqual(asked.get(name), items, name);
      const statuses = new Set((await sluice.runs({ limit: 100_000 })).map(({ status }) => status));
      assert.deepEqual([...statuses], ["success"]);
      // What was made at about the same time is answered at once: at least once, and no more often than it was made.
      const answers = asked.get("after")?.length ?? 0;
      assert.ok(answers >= 1 && answers <= 3 * total, String(answers));
    }));
});
