import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands } from "../../../src/cli/table.ts";
import { fixtures, sluice } from "../support/sluice.ts";

describe("sluice list", () => {
  test("shows assets in a table, then the jobs", async () => {
    const { code, out, err } = await sluice("list sales.ts");
    assert.deepEqual(out.split("\n"), [
      "asset          kind      group    partitions       description",
      "bank/rates     external  raw",
      "raw/orders     json      raw      day              Orders of a day",
      "letters                  default  dynamic letters",
      "mart/revenue             mart     day",
      "mart/by_month            mart     month",
      "mart/grid                mart     month x region",
      "report                   default",
      "",
      "job      selection",
      "monthly  +report",
      "7 assets, 1 job",
      "",
    ]);
    assert.deepEqual([code, err], [0, ""]);
  });

  test("takes selections, several united, less what is excluded", async () => {
    const keys = async (line: string): Promise<string[]> => {
      const { assets } = (await sluice(`list sales.ts --json ${line}`)).json() as {
        assets: { key: string }[];
      };
      return assets.map(({ key }) => key);
    };
    assert.deepEqual(await keys("group:mart"), ["mart/revenue", "mart/by_month", "mart/grid"]);
    assert.deepEqual(await keys("mart/grid+ tag:tier=1"), ["raw/orders", "mart/grid", "report"]);
    assert.deepEqual(await keys("group:mart --exclude mart/grid --exclude *month*"), ["mart/revenue"]);
    assert.deepEqual(await keys("--exclude group:mart"), ["bank/rates", "raw/orders", "letters", "report"]);
  });

  test("fits 40 columns", async () => {
    const { out } = await sluice("list sales.ts", { columns: 40, env: { NO_COLOR: "1" } });
    for (const line of out.split("\n")) assert.ok([...line].length <= 40, line);
    assert.match(out, /mart\/revenue/);
  });

  test("gives everything declared as JSON", async () => {
    const [asset] =
      (await sluice("list sales.ts raw/orders --json")).json<{ assets: Record<string, unknown>[] }>().assets;
    assert.deepEqual(
      [asset.key, asset.group, asset.owners, asset.tags, asset.kinds, asset.kind],
      ["raw/orders", "raw", ["team:sales"], { tier: "1" }, ["json"], "asset"],
    );
    assert.match(String(asset.site), /sales\.ts:\d+:\d+$/);
  });

  test("refuses names that nothing has, and selections of nothing, with exit code 2", async () => {
    const unknown = await sluice("list sales.ts mart/revenu");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /error SELECTION_INVALID[^]*Did you mean mart\/revenue\?/);
    const empty = await sluice("list sales.ts group:raw,group:mart");
    assert.equal(empty.code, 2);
    assert.match(empty.err, /error SELECTION_EMPTY/);
    assert.equal((await sluice("list sales.ts (a")).code, 2);
  });
});

describe("sluice graph", () => {
  test("shows levels as text", async () => {
    const { out } = await sluice("graph sales.ts +report", { env: { TERM: "dumb" } });
    assert.deepEqual(out.split("\n"), [
      "Level 1",
      "`- raw/orders  day",
      "Level 2",
      "`- mart/revenue  day  <- raw/orders",
      "Level 3",
      "`- mart/by_month  month  <- mart/revenue",
      "Level 4",
      "`- mart/grid  month x region  <- mart/by_month (all)",
      "Level 5",
      "`- report  <- mart/by_month, mart/grid (after)",
      "",
    ]);
  });

  test("draws in every format, to stdout or to a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-graph-"));
    try {
      for (const [format, start] of [["mermaid", "flowchart LR"], ["dot", "digraph"], ["svg", "<svg "]]) {
        const shown = await sluice(`graph sales.ts --format ${format}`);
        assert.ok(shown.out.startsWith(start), format);
        const file = join(folder, format);
        const written = await sluice(["graph", "sales.ts", "--format", format, "--out", file]);
        assert.deepEqual([written.code, written.out], [0, ""]);
        assert.equal(readFileSync(file, "utf8"), shown.out);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.equal((await sluice("graph sales.ts --out no/such/folder/x")).code, 2);
  });

  test("gives nodes and edges as JSON", async () => {
    const { nodes, edges } = (await sluice("graph sales.ts mart/* --json")).json<{
      nodes: { key: string; level: number }[];
      edges: { from: string; to: string }[];
    }>();
    assert.deepEqual(nodes.map(({ key, level }) => [key, level]), [
      ["mart/revenue", 0],
      ["mart/by_month", 1],
      ["mart/grid", 2],
    ]);
    assert.deepEqual(edges.map(({ from, to }) => `${from} ${to}`), [
      "mart/revenue mart/by_month",
      "mart/by_month mart/grid",
    ]);
  });
});

describe("sluice check", () => {
  test("counts what it found to be right", async () => {
    const { code, out } = await sluice("check sales.ts");
    assert.deepEqual([code, out], [0, "ok  7 assets, 2 checks, 1 job\n"]);
    const { isValid } = (await sluice("check sales.ts --json")).json();
    assert.equal(isValid, true);
  });
});

describe("commands that only look", () => {
  test("make no folder", async () => {
    for (const line of ["list sales.ts", "graph sales.ts", "check sales.ts"]) {
      await sluice(`${line} --folder never`);
    }
    assert.equal(existsSync(join(fixtures, "never")), false);
  });
});

describe("sluice help", () => {
  test("lists every command, and shows one in the same words by either way", async () => {
    const { out, code } = await sluice("--help");
    for (const { name, summary } of commands) {
      assert.match(out, new RegExp(`  ${name} +${summary.slice(0, 20)}`));
    }
    assert.equal(code, 0);
    assert.equal((await sluice([])).out, out);
    assert.equal((await sluice("help")).out, out);
    const { out: run } = await sluice("run --help");
    assert.equal((await sluice("help run")).out, run);
    assert.match(run, /--partition KEY +A partition \(may be repeated\)/);
  });

  test("fits a narrow terminal", async () => {
    for (const { name } of commands) {
      const { out } = await sluice(`help ${name}`, { columns: 60, env: { NO_COLOR: "1" } });
      const text = out.slice(0, out.indexOf("\nExamples"));
      for (const line of text.split("\n")) assert.ok(line.length <= 60 || !line.slice(6).includes(" "), line);
    }
  });

  test("is the table, as JSON", async () => {
    const document = (await sluice("--help --json")).json<{ commands: { name: string }[] }>();
    assert.deepEqual(document.commands.map(({ name }) => name), commands.map(({ name }) => name));
  });
});

describe("sluice --version", () => {
  test("names runtime and SQLite", async () => {
    assert.match((await sluice("--version")).out, /^sluice \d+\.\d+\.\d+ \(test 1\.0\.0\)\n$/);
    const { sqlite, runtime } = (await sluice("--version --json")).json<Record<string, string>>();
    assert.match(sqlite, /^3\.\d+/);
    assert.equal(runtime, "test 1.0.0");
  });
});

describe("a command line that is wrong", () => {
  test("exits with 2, and says so as JSON too", async () => {
    const { code, out, err } = await sluice("lst sales.ts --json");
    assert.equal(code, 2);
    assert.match(err, /error USAGE: There is no command "lst"\.\n {2}hint: Did you mean list\?/);
    const { error } = JSON.parse(out);
    assert.deepEqual([error.code, error.exitCode, error.issues[0].hint], ["USAGE", 2, "Did you mean list?"]);
  });

  test("knows that the module was named by a variable", async () => {
    const env = { SLUICE_MODULE: "sales.ts" };
    assert.equal((await sluice("list group:mart", { env })).code, 0);
    const { err } = await sluice("list sales.ts", { env });
    assert.match(
      err,
      /SLUICE_MODULE names the module \(sales\.ts\); sales\.ts is taken for an argument\.\nerror SELECTION/,
    );
    assert.equal((await sluice("check --module sales.ts")).code, 0);
  });
});
