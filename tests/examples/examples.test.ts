/** Every example, run as a user would run it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { start } from "../support/child.ts";
import { closedPort } from "../support/port.ts";
import { root } from "../support/runtime.ts";

/** What each example prints, in order. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  "hello.ts": [/success: the sum is 6, kept in .*sum\.json/],
  "dimensions.ts": [/made 28 values in 2 runs/, /visits on the 7th: 84/],
  "checks.ts": [/the run failed/, /prices: success/, /total: upstream_failed/, /no_negative passed: false/],
  "testing.ts": [/tested: 25/],
};

describe("examples", () => {
  for (const [name, lines] of Object.entries(PRINTED)) {
    test(name, async () => {
      rmSync(`${root}.sluice/${name.replace(".ts", "")}`, { recursive: true, force: true });
      const { code, stdout, stderr } = await start(`examples/${name}`).ended;
      assert.equal(code, 0, stderr);
      let from = 0;
      for (const line of lines) {
        const found = stdout.slice(from).match(line);
        assert.ok(found?.index !== undefined, `${line} is not in ${JSON.stringify(stdout)}`);
        from += found.index + found[0].length;
      }
    });
  }

  test("embed.ts answers requests, and ends when it is told to", async () => {
    const port = await closedPort();
    const app = start("examples/embed.ts", [], { PORT: String(port) });
    while (!app.output().includes("listening")) await new Promise((resolve) => setTimeout(resolve, 20));
    const answer = await fetch(`http://127.0.0.1:${port}/?day=2026-01-09`);
    assert.deepEqual(await answer.json(), { day: "2026-01-09", sales: 1000 });
    const wrong = await fetch(`http://127.0.0.1:${port}/?day=2027-01-09`);
    assert.equal(wrong.status, 400);
    assert.match(await wrong.text(), /PARTITION_UNKNOWN/);
    app.kill("SIGTERM");
    assert.match((await app.ended).stdout, /closed/);
    assert.ok(readFileSync(`${root}examples/embed.ts`, "utf8").split("\n").length <= 30);
  });

  test("alone.ts starts what is due, and what is asked for", async () => {
    rmSync(`${root}.sluice/alone`, { recursive: true, force: true });
    const port = await closedPort();
    const app = start("examples/alone.ts", [], { PORT: String(port) });
    for (const line of ["listening", "schedule:often requested", "automation:prices requested"]) {
      while (!app.output().includes(line)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const answer = await fetch(`http://127.0.0.1:${port}/triggers/prices`, {
      method: "POST",
      headers: { authorization: "Bearer a-token-for-the-example" },
    });
    const { success, outputs } = await answer.json();
    assert.ok(success);
    assert.ok(Math.abs(outputs.prices.bread / outputs.prices.milk - 1.5) < 1e-9);
    app.kill("SIGTERM");
    assert.match((await app.ended).stdout, /closed/);
  });

  test("each is in the list of examples", () => {
    const listed = readFileSync(`${root}examples/README.md`, "utf8");
    for (const name of readdirSync(`${root}examples`)) {
      if (name !== "README.md") assert.ok(listed.includes(`[${name}`), `${name} is not listed`);
    }
  });
});
