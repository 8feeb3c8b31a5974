import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { packagedRecords } from "../../examples/weather/records.ts";
import { parseStepOutcome } from "../../src/model/step/outcome.ts";
import { hashTree } from "../support/tree.ts";
import { start } from "./support/step.ts";

const weather = fileURLToPath(new URL("../../examples/weather/definitions.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
const isMade = await make("steps.ts", join(folder, "steps"));

/** Makes an executable of a module; false, with the reason, where the runtime has no base image for it. */
async function make(module: string, out: string): Promise<boolean> {
  const { code, err } = await start(["bundle", module, "--out", out]);
  if (code === 0) return true;
  assert.ok("Deno" in globalThis && /base binary|denort/i.test(err), err);
  console.log("sluice bundle on Deno: skipped, since its base image cannot be had here");
  return false;
}

/** Runs an executable with an empty environment, where neither Bun nor Deno is found. */
function run(executable: string, words: readonly string[], env: { readonly [name: string]: string } = {}) {
  const bare = { PATH: "", HOME: folder, ...env };
  const { status, stdout, stderr } = spawnSync(executable, words, {
    cwd: folder,
    env: bare,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

(isMade ? describe : describe.skip)("a bundle", () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("makes the same values as a local run, byte for byte, and leaves nothing else behind", async () => {
    const local = join(folder, "local");
    const there = join(folder, "there");
    const range = "2026-01-01...2026-01-03";
    const ran = await start(["run", "steps.ts", "raw/days", "--range", range], {
      env: { SLUICE_FOLDER: local },
    });
    assert.equal(ran.code, 0, ran.err);
    const words = ["step", "--asset", "raw/days", "--range", range];
    const { status, stdout, stderr } = run(join(folder, "steps"), words, { SLUICE_IO: there });
    assert.equal(status, 0, stderr);
    assert.equal(parseStepOutcome(stdout).outputs.length, 3);
    const values = hashTree(there, /\.receipts|\.partial/);
    assert.deepEqual(values, hashTree(join(local, "values"), /\.receipts|\.partial/));
    assert.equal(values.size, 3);
  });

  test("keeps its stdout, its exit codes and its stops", async () => {
    const executable = join(folder, "steps");
    const env = { SLUICE_IO: join(folder, "more") };
    assert.equal(run(executable, ["step", "--asset", "skipped"], env).status, 99);
    assert.equal(run(executable, ["step", "--asset", "failing"], env).status, 75);
    assert.equal(run(executable, ["step", "--asset", "nothing"], env).status, 78);
    const late = run(executable, ["step", "--asset", "slow", "--timeout", "300ms"], env);
    assert.equal(late.status, 75);
    assert.equal(parseStepOutcome(late.stdout).error?.code, "STEP_TIMEOUT");
    const loud = run(executable, ["step", "--asset", "loud"], { ...env, PATH: process.env.PATH ?? "" });
    assert.equal(loud.status, 0, loud.stderr);
    assert.doesNotMatch(loud.stdout, /LOUD/);
  });

  test("lists what it holds, takes its snapshot, and has no history", async () => {
    const executable = join(folder, "steps");
    assert.match(run(executable, ["list"]).stdout, /^raw\/days +default +day$/m);
    const { stdout } = run(executable, ["snapshot"]);
    const local = await start(["snapshot", "steps.ts"]);
    assert.equal(stdout, local.out);
    assert.equal(run(executable, ["run", "raw/days"]).status, 2);
  });

  test("of an example makes a month from its days", async () => {
    const executable = join(folder, "weather");
    assert.equal(await make(weather, executable), true);
    const local = join(folder, "weather-local");
    const env = { SLUICE_IO: join(folder, "weather-there"), WEATHER_RECORDS: packagedRecords };
    const days = "2012-02-01...2012-02-29";
    for (const [asset, partitions] of [["raw", days], ["day", days], ["month", "2012-02...2012-02"]]) {
      const words = [`weather/${asset}`, "--range", partitions];
      const ran = await start(["run", weather, ...words], { env: { SLUICE_FOLDER: local } });
      assert.equal(ran.code, 0, ran.err);
      const step = run(executable, ["step", "--asset", words[0], "--range", partitions], env);
      assert.equal(step.status, 0, step.stderr);
    }
    const values = hashTree(env.SLUICE_IO, /\.receipts|\.partial/);
    assert.deepEqual(values, hashTree(join(local, "values"), /\.receipts|\.partial/));
    assert.equal(values.size, 29 + 29 + 1);
  });
});

describe("sluice bundle", () => {
  test("says what is wrong before it makes anything", async () => {
    const out = join(tmpdir(), "sluice-bundle-none");
    for (
      const [words, message] of [
        [["bundle", "steps.ts"], /Give --out FILE/],
        [["bundle", "no-such.ts", "--out", out], /no module no-such\.ts/],
        [["bundle", "loud.ts", "--out", out], /exports no definitions/],
      ] as const
    ) {
      const { code, err } = await start(words);
      assert.equal(code, 2);
      assert.match(err, message);
    }
    assert.equal(existsSync(out), false);
  });
});
