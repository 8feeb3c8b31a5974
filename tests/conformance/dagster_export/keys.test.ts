/** Concurrency keys of exports, watched in Dagster: processes of runs that know nothing of each other. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { inFolder } from "../../support/folder.ts";
import { atScale, findDagster } from "../dagster.ts";
import metered from "../exports/graphs/metered.ts";
import { meteredModule, requireTurns } from "../exports/metered.ts";
import { compiled } from "../python.ts";
import { writeExport } from "./project.ts";

const python = findDagster("concurrency keys in Dagster");

/** Executes the job for one partition, in a process of its own. */
function execute(cwd: string, env: NodeJS.ProcessEnv, partition: string): Promise<readonly [number, string]> {
  const tags = JSON.stringify({ "dagster/partition": partition });
  const words = [
    "-m",
    "dagster",
    "job",
    "execute",
    "-m",
    "metered.definitions",
    "-j",
    "steps",
    "--tags",
    tags,
  ];
  const child = spawn(python as string, words, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text) => told += text);
  return new Promise((resolve) => child.once("close", (code) => resolve([code ?? -1, told.slice(-2_000)])));
}

const isFull = atScale(0, 1) === 1;
if (!isFull) console.log("concurrency keys in Dagster: skipped, since SLUICE_SCALE is not full");

(python && isFull ? describe : describe.skip)("a concurrency key in Dagster", () => {
  test("lets one step go on at a time, of two runs at once", () =>
    inFolder(async (folder) => {
      const { path } = writeExport(folder, "metered", metered, meteredModule);
      const home = join(folder, "home");
      mkdirSync(home);
      copyFileSync(join(path, "deploy", "dagster.yaml"), join(home, "dagster.yaml"));
      const io = join(folder, "io");
      const env = {
        ...process.env,
        ...compiled,
        DAGSTER_HOME: home,
        DAGSTER_DISABLE_TELEMETRY: "1",
        PATH: `${dirname(python as string)}:${process.env.PATH}`,
        SLUICE_IO: io,
      };
      const { status, stderr } = spawnSync("sh", [join(path, "deploy", "pools.sh")], {
        env,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const ends = await Promise.all(["a", "b"].map((key) => execute(join(path, "src"), env, key)));
      assert.deepEqual(ends.map(([code]) => code), [0, 0], ends.map(([, told]) => told).join("\n"));
      requireTurns(io, "metered");
    }));
});
