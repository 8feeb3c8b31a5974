import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import process from "node:process";
import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { parseStepOutcome } from "../../../src/model/step/outcome.ts";
import { useFolders } from "../support/folder.ts";
import { fixtures } from "../support/sluice.ts";
import { commandLine, step } from "../support/step.ts";

const newFolder = useFolders();

/** What the fixture writes on this runtime. */
const written = [
  "console.log",
  "console.info",
  "process.stdout.write",
  "a write that was bound",
  ...("Deno" in globalThis ? ["Deno.stdout.write", "Deno.stdout.writeSync"] : ["Bun.write", "Bun writer"]),
  "fs.writeSync",
  "child",
];

describe("the stdout of a step", () => {
  test("holds the outcome and nothing else, whatever code writes to it and how", async () => {
    const { code, out, err, outcome } = await step(["--asset", "loud"], { io: newFolder() });
    assert.equal(code, 0, err);
    assert.equal(outcome.status, "success");
    assert.doesNotMatch(out, /LOUD/);
    for (const way of written) assert.ok(err.includes(`LOUD ${way}\n`), `${way} is on stderr: ${err}`);
  });

  test("may be a file, and holds all of a long outcome", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "out.json");
    const file = openSync(path, "w");
    const [first, ...rest] = commandLine;
    const words = ["step", "steps.ts", "--step", "many", "--outputs", "many/0"];
    const child = spawn(first, [...rest, ...words], {
      cwd: fixtures,
      env: { ...process.env, SLUICE_IO: folder },
      stdio: ["ignore", file, "ignore"],
    });
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 0);
    closeSync(file);
    const [made] = parseStepOutcome(readFileSync(path, "utf8")).outputs;
    assert.equal((made.metadata?.text as string).length, 300_000);
  });

  test("holds all of an outcome that is longer than a pipe", async () => {
    const { outcome } = await step(["--step", "many"], { io: newFolder() });
    assert.deepEqual(outcome.outputs.map(({ metadata }) => (metadata?.text as string).length), [
      300_000,
      300_000,
    ]);
  });
});
