/** A secret that code shows through every channel there is, looked for wherever something is kept or printed. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createOrchestrator, openMask, type SluiceEvent } from "sluice";
import { all, assets, tenants } from "./fixtures/canary.ts";
import { useFolders } from "./support/folder.ts";
import { CANARY, findInFiles, findNeedles, needles } from "./support/needles.ts";
import { start } from "./support/step.ts";
import { everythingTold } from "./support/watched.ts";

const newFolder = useFolders();

/** Runs work while the environment of this process holds the canary. */
async function withCanary<T>(work: () => Promise<T>): Promise<T> {
  process.env.CANARY = CANARY;
  try {
    return await work();
  } finally {
    delete process.env.CANARY;
  }
}

/** What bodies print to this process goes nowhere. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const before = {
    log: console.log,
    error: console.error,
    out: process.stdout.write,
    err: process.stderr.write,
  };
  console.log = console.error = () => {};
  process.stdout.write = process.stderr.write = () => true;
  try {
    return await work();
  } finally {
    Object.assign(console, { log: before.log, error: before.error });
    process.stdout.write = before.out;
    process.stderr.write = before.err;
  }
}

/** Whether a value is the table of a run's steps, which is a live object and no JSON. */
function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "nodeOf" in value;
}

describe("the canary", () => {
  test("is found by every needle where nothing hides it", () => {
    const lower = encodeURIComponent(CANARY).toLowerCase();
    const spelled = [
      CANARY,
      JSON.stringify(CANARY),
      encodeURIComponent(CANARY),
      lower,
      new URLSearchParams({ CANARY }).toString(),
      JSON.stringify(CANARY).replace("\u00e9", "\\u00e9"),
      ...["", "x", "xx"].map((before) => Buffer.from(before + CANARY).toString("base64")),
      Buffer.from(CANARY).toString("hex"),
    ];
    assert.deepEqual(findNeedles(spelled.join("\n")), [...needles.keys()]);
  });

  test("is in no file, event or view of a history, also while it is open", async () => {
    const folder = newFolder();
    await withCanary(() =>
      quietly(async () => {
        const told: SluiceEvent[] = [];
        const mask = openMask();
        await using sluice = createOrchestrator(all, { folder, mask });
        sluice.subscribe((events) => told.push(...events));
        const { id, status } = await sluice.runJob("everything", { tags: { by: CANARY } });
        const again = await sluice.rerun(id);
        await sluice.report("told", { metadata: { CANARY }, dataVersion: CANARY });
        assert.equal(status, "failed");
        const steps = await sluice.steps(id);
        assert.equal(steps.find(({ name }) => name === "told")?.status, "success");
        assert.equal(steps.filter(({ status }) => status === "failed").length, 9);
        const views = [told, await sluice.runs(), steps, await sluice.steps(again.id), await sluice.logs(id)];
        for (const asset of assets) {
          views.push(await sluice.materializations(asset) as never, await sluice.checks(asset) as never);
        }
        const text = JSON.stringify(views, (_name, value) => isTable(value) ? undefined : value);
        assert.deepEqual(findNeedles(text), []);
        assert.match(text, /\*\*\*/);
        assert.ok(readdirSync(folder).includes("history.sqlite-wal"));
        assert.deepEqual(findInFiles(folder), []);
        assert.equal(mask.apply(`is ${CANARY}`), "is ***");
      })
    );
    assert.deepEqual(findInFiles(folder), []);
  });

  test("is in nothing that those get who watch", async () => {
    await withCanary(() =>
      quietly(async () => {
        const told = await everythingTold(all, CANARY);
        const text = told.join("\n");
        for (
          const mark of [
            "step_failed",
            "engine:here",
            "exception.message",
            "dedup_key",
            "Auto-Submitted",
            "sluice_runs_total",
          ]
        ) {
          assert.ok(text.includes(mark), mark);
        }
        assert.match(text, /\*\*\*/);
        assert.deepEqual(findNeedles(text), []);
      })
    );
  });

  test("is refused in the key of a partition", async () => {
    await withCanary(() =>
      quietly(async () => {
        await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
        await sluice.runJob("everything");
        await assert.rejects(sluice.addPartitions("tenants", ["one", `is ${CANARY}`]), (error: Error) => {
          assert.deepEqual(findNeedles(error.message), []);
          assert.match(error.message, /PARTITIONS_INVALID: The key is \*\*\* for the partitions/);
          return true;
        });
        await sluice.addPartitions("tenants", ["one"]);
        assert.equal((await sluice.partitions(tenants)).space.size, 1);
      })
    );
  });

  test("is recorded by name in config, so that a run goes on with its value", async () => {
    await withCanary(() =>
      quietly(async () => {
        await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
        const config = { told: { token: { $secret: "CANARY" }, literal: CANARY } };
        const { id } = await sluice.materialize("told", { config });
        const again = await sluice.rerun(id, { from: "start" });
        const steps = await sluice.steps(again.id);
        assert.deepEqual(steps.map(({ name, status }) => [name, status]), [["told", "success"], [
          "told:outside",
          "success",
        ]]);
      })
    );
  });

  test("is in nothing that the command line prints or writes", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    const env = { CANARY, CANARY_TEARDOWN: "1", SLUICE_FOLDER: join(folder, "history") };
    const out = join(folder, "out");
    const lines: readonly string[] = [
      "run canary.ts --job everything",
      "run canary.ts --job everything --json",
      "rerun canary.ts last",
      "runs",
      "runs last --json",
      "logs last",
      "logs last --json",
      "audit",
      "audit --json",
      `runs export last --out ${out}.bundle`,
      `runs last --json --store ${out}.bundle`,
      `logs last --json --store ${out}.bundle`,
      "show canary.ts told --json",
      "list canary.ts --json",
      `snapshot canary.ts --out ${out}.json`,
      ...["dagster", "airflow", "prefect"].map((target) =>
        `export ${target} canary.ts --out ${out}/${target}`
      ),
    ];
    const printed: string[] = [];
    for (const line of lines) {
      const ended = await start(line.split(" "), { io: "", env });
      assert.ok(ended.code === 0 || /^(re)?run /.test(line) && ended.code === 1, `${line}: ${ended.err}`);
      printed.push(...findNeedles(ended.out + ended.err).map((needle) => `${line}: ${needle}`));
      if (line.startsWith("run ")) assert.match(ended.err, /console \*\*\*/);
    }
    assert.deepEqual(printed, []);
    assert.ok(existsSync(`${out}/prefect`));
    assert.deepEqual(findInFiles(folder), []);
  });

  test("is in nothing that bodies in workers and processes say", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    const env = { CANARY, SLUICE_FOLDER: join(folder, "history") };
    const ran = await start(["run", "canary_apart.ts", "--json"], { io: "", env });
    const { run } = JSON.parse(ran.out);
    assert.deepEqual([run.steps.success, run.steps.failed], [2, 2], ran.err);
    const logs = await start(["logs", "last", "--json"], { io: "", env });
    assert.equal(logs.out.split("\n").filter((line) => line.includes("log ***")).length, 4, logs.out);
    assert.deepEqual(findNeedles(ran.out + ran.err + logs.out + logs.err), []);
    assert.deepEqual(findInFiles(folder), []);
  });

  test("is in no outcome of a step by itself, and in no receipt", async () => {
    const io = newFolder();
    const config = JSON.stringify({ token: { $secret: "CANARY" }, literal: CANARY });
    for (const asset of ["told", "cut", "cause", "object", "unconnected", "refused", "skipped"]) {
      const words = ["step", "canary.ts", "--asset", asset, ...asset === "told" ? ["--config", config] : []];
      const { out, err } = await start(words, { io, env: { CANARY } });
      assert.match(out + err, /\*\*\*/, asset);
      assert.deepEqual(findNeedles(out + err), [], asset);
    }
    assert.deepEqual(findInFiles(io), []);
  });
});
