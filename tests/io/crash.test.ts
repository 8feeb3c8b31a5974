import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { filesIO } from "../../src/io/files.ts";
import { receiptOf, temporaryFolder } from "./support.ts";

const KILLS = 12;
const MOST_KILLS = 10 * KILLS;
const address = { asset: "big", partition: "p" };
const script = fileURLToPath(new URL("./rewriter.ts", import.meta.url));

/**
 * Starts a process that rewrites the value, kills it some time after it has kept a first version, and gives the
 * last version that it said was kept.
 */
function rewriteAndKill(folder: string, version: number, delayMs: number): Promise<number> {
  const runtime = "Deno" in globalThis ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...runtime, script, folder, String(version)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      if (text === "") setTimeout(() => child.kill("SIGKILL"), delayMs);
      text += piece;
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the rewriter ended by itself: ${text}`));
      else resolve(Number(text.trimEnd().split("\n").at(-1)));
    });
  });
}

describe("a process that is killed while it rewrites a value", () => {
  test("leaves a whole value that is no older than what it said was kept, and no receipt of another", async () => {
    using folder = temporaryFolder();
    let version = 0;
    let unfinished = 0;
    // A busy machine may need more tries until a kill falls into a write.
    for (let kill = 0; kill < KILLS || (unfinished === 0 && kill < MOST_KILLS); kill++) {
      const kept = await rewriteAndKill(folder.path, version, (kill % KILLS) * 1.7);
      const io = filesIO({ folder: folder.path });
      const value = await io.load(address) as { version: number; rows: number[] };
      assert.deepEqual(value.rows, new Array<number>(100_000).fill(value.version));
      assert.ok(value.version >= kept, `${value.version} after ${kept}`);
      const receipt = await io.receipt(address);
      if (value.version === kept) assert.equal(receipt?.dataVersion, `v${kept}`);
      else assert.ok(receipt === undefined || receipt.dataVersion === `v${value.version}`);
      unfinished += readdirSync(join(folder.path, "big.parts/.partial")).length;
      version = value.version + 1;
    }
    assert.ok(unfinished > 0, "no process was killed in the middle of a write");
  });

  test("leaves nothing that is not swept", async () => {
    using folder = temporaryFolder();
    const version = await rewriteAndKill(folder.path, 0, 5);
    const io = filesIO({ folder: folder.path });
    await io.sweep({ olderThanMs: -1_000 });
    assert.deepEqual(readdirSync(join(folder.path, "big.parts/.partial")), []);
    await io.store(address, { version: version + 2, rows: [] }, receiptOf(address, "after"));
    assert.equal((await io.receipt(address))?.dataVersion, "after");
    await io.remove(address);
    assert.equal(existsSync(join(folder.path, "big.parts")), false);
  });
});
