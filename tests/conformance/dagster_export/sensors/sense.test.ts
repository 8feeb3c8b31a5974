/** What sensors ask for in Dagster, and what the same sensors ask for here, as the same things happen. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createOrchestrator } from "sluice";
import { virtualClock } from "sluice/testing";
import { askDagster, findDagster } from "../../dagster.ts";
import { writeExport } from "../project.ts";

const python = findDagster("Sensors of exports");
const folder = mkdtempSync(join(tmpdir(), "sluice-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Line =
  | readonly ["look", string]
  | readonly ["make", string, string | null]
  | readonly ["write", string]
  | readonly ["fail", string, string];

interface Asked {
  readonly runKey: string | null;
  readonly partition: string | null;
  readonly config: { readonly ops?: { readonly [op: string]: unknown } };
  readonly tags: { readonly [name: string]: string };
}

interface Answer {
  readonly asked: readonly (readonly Asked[] | null)[];
  readonly statuses: { readonly [sensor: string]: string };
  readonly shops: readonly string[];
}

const script = (inbox: string): readonly Line[] => [
  ...["any", "queue", "queue", "shops", "shops", "latest", "whole"].map((name) => ["look", name] as const),
  ["look", "inbox"],
  ["write", join(inbox, "b.csv")],
  ["write", join(inbox, "2026/a.csv")],
  ["write", join(inbox, "c.txt")],
  ["look", "inbox"],
  ["look", "inbox"],
  ["make", "orders", null],
  ["look", "any"],
  ["look", "any"],
  ["make", "orders", null],
  ["make", "rates", null],
  ["look", "any"],
  ["look", "any"],
  ["look", "both"],
  ["make", "regional", "eu"],
  ["make", "regional", "us"],
  ["look", "both"],
  ["make", "other", "us"],
  ["look", "both"],
  ["make", "other", "us"],
  ["make", "regional", "us"],
  ["make", "other", "eu"],
  ["look", "both"],
  ["look", "both"],
  ["fail", "spoil", "failed"],
];

/** The same here: each look is what has been asked for since the one before. Keys of a run are runs of their own there. */
async function here(lines: readonly Line[]): Promise<readonly (readonly string[] | null)[]> {
  const { default: graph } = await import("./sensed.ts");
  const clock = virtualClock(Date.UTC(2026, 5, 1));
  await using sluice = createOrchestrator(graph, { store: "memory", defaultIO: "memory", clock });
  for (const name of graph.sensors.keys()) await sluice.pauseTrigger(`sensor:${name}`);
  await sluice.start();
  const heard = new Set<string>();
  const asked: (readonly string[] | null)[] = [];
  const settle = async () => {
    for (let n = 0; n < 8; n++) {
      await clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  const look = async (name: string): Promise<readonly string[]> => {
    await sluice.resumeTrigger(`sensor:${name}`);
    await settle();
    await sluice.pauseTrigger(`sensor:${name}`);
    const runs = (await sluice.runs()).filter(({ id, tags }) =>
      tags["sluice/sensor"] === name && !heard.has(id)
    );
    for (const { id } of runs) heard.add(id);
    const all = await Promise.all(runs.map(async ({ id, tags }) => {
      const key = tags["sluice/after_run"] ? "the run" : tags["sluice/run_key"];
      const own = Object.entries(tags).filter(([name]) => !/^sluice\/(?:after_run|run_key)$/.test(name))
        .sort();
      const parts = (await sluice.steps(id)).flatMap(({ partitionKeys }) => partitionKeys);
      return (parts.length > 0 ? parts : [null]).map((part) => line(key, part, own));
    }));
    return all.flat().sort();
  };
  for (const each of lines) {
    if (each[0] === "look") asked.push(await look(each[1]));
    else if (each[0] === "fail") {
      await sluice.runJob(each[1]);
      asked.push(await look(each[2]));
    } else {
      if (each[0] === "write") write(each[1]);
      else await sluice.report(each[1], each[2] === null ? {} : { partition: each[2] });
      asked.push(null);
    }
  }
  return asked;
}

function line(
  key: string | undefined,
  partition: string | null,
  tags: readonly (readonly [string, string])[],
): string {
  return JSON.stringify([key ?? null, partition, Object.fromEntries(tags)]);
}

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "x");
}

(python === undefined ? describe.skip : describe)("sensors of exports", () => {
  test("ask for what they ask for here, as the same things happen", async () => {
    const module = fileURLToPath(new URL("sensed.ts", import.meta.url));
    const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")];
    for (const path of [mine, theirs]) mkdirSync(path);
    process.env.SENSED_FOLDER = mine;
    const expected = await here(script(mine));
    process.env.SENSED_FOLDER = theirs;
    const { default: graph } = await import("./sensed.ts");
    const project = writeExport(folder, "sensed", graph, module);
    const { asked, statuses, shops } = askDagster<Answer>(
      python as string,
      new URL("sense.py", import.meta.url),
      {
        path: project.path,
        package: project.package,
        script: script(theirs),
      },
    );
    assert.deepEqual(shops, ["x"]);
    assert.deepEqual(statuses, {
      any: "RUNNING",
      both: "RUNNING",
      failed: "STOPPED",
      failed_canceled: "STOPPED",
      inbox: "RUNNING",
      latest: "RUNNING",
      queue: "RUNNING",
      shops: "RUNNING",
      whole: "RUNNING",
    });
    const got = asked.map((each) =>
      each && each.map(({ runKey, partition, tags }) => {
        const key = runKey !== null && partition !== null ? runKey.slice(0, -partition.length - 1) : runKey;
        return line(
          key ?? undefined,
          partition,
          Object.entries(tags).filter(([name]) => name !== "sluice/run_key").sort(),
        );
      }).sort()
    );
    const dated = (all: typeof expected) =>
      JSON.parse(JSON.stringify(all).replace(/csv \d+(?:\.\d+)? 1/g, "csv"));
    assert.deepEqual(dated(got), dated(expected));
    const [first, second] = asked[1] ?? [];
    assert.deepEqual([first.config, second.config], [
      { ops: { plain: { config: { config: { limit: 10 } } } } },
      { ops: { plain: { config: { config: { limit: 1 } } } } },
    ]);
  });
});
