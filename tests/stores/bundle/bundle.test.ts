import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createOrchestrator, definitions, openRunBundle, type Orchestrator, SluiceError } from "sluice";
import { replay } from "sluice/testing";
import { inFolder } from "../../support/folder.ts";
import { version } from "../../../src/stores/version.ts";
import { record } from "./recorded.ts";

const fixtures = new URL("./fixtures/", import.meta.url);

async function textOf(sluice: Orchestrator, id: string): Promise<string> {
  return (await Array.fromAsync(sluice.exportRun(id))).join("");
}

/** What a store says of a run, as JSON. */
async function viewsOf(sluice: Orchestrator, id: string): Promise<unknown> {
  return asJson({ run: await sluice.run(id), steps: await sluice.steps(id), logs: await sluice.logs(id) });
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The state that a bundle folds to. */
async function stateOf(text: string): Promise<unknown> {
  const { run, steps, logs, checks } = await replay(text);
  return asJson({ run, steps, logs, checks });
}

/** Some lines with the end that fits them. */
function sealed(lines: readonly string[]): string {
  const body = lines.map((line) => `${line}\n`).join("");
  const sha256 = createHash("sha256").update(body).digest("hex");
  return `${body}${JSON.stringify({ events: lines.length - 1, sha256 })}\n`;
}

async function refusal(text: string): Promise<SluiceError> {
  try {
    await replay(text);
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error;
  }
  return assert.fail("it was read");
}

describe("a run bundle", () => {
  test("opens without definitions and shows what its history shows", async () => {
    await inFolder(async (folder) => {
      for (
        const store of ["memory", { path: join(folder, "packed") }, {
          path: join(folder, "rows"),
          events: "rows",
        }]
      ) {
        const { sluice, id } = await record({ store } as Parameters<typeof record>[0]);
        const text = await textOf(sluice, id);
        const views = await viewsOf(sluice, id);
        const checks = await sluice.checks("raw");
        await sluice.close();
        const file = join(folder, "run.bundle");
        writeFileSync(file, text);
        await using bundle = await openRunBundle(file);
        await using shown = createOrchestrator(definitions({ assets: [] }), { store: bundle });
        assert.deepEqual(await viewsOf(shown, id), views);
        assert.deepEqual(await bundle.checks({ asset: "raw" }), checks);
        assert.deepEqual((await shown.runs()).map((run) => run.id), [id]);
        assert.equal((await bundle.materializations("raw"))[0].codeVersion, "7");
        assert.equal(await textOf(shown, id), text);
        await assert.rejects(shown.prune({ runsBeforeMs: 0 }), { code: "STORE_READONLY" });
        await assert.rejects(bundle.append([]), { code: "STORE_READONLY" });
      }
    });
  });

  test("has the same bytes for the same run, and says what wrote it", async () => {
    const texts = await Promise.all([1, 2].map(async () => {
      const { sluice, id } = await record({ store: "memory" });
      return await textOf(sluice, id);
    }));
    assert.equal(texts[0], texts[1]);
    const [header] = texts[0].split("\n");
    assert.deepEqual({ ...JSON.parse(header), run: "" }, {
      format: "sluice run bundle",
      version: 1,
      sluice: version,
      run: "",
    });
  });

  test("of a run that there is not is refused", async () => {
    await using sluice = createOrchestrator(definitions({ assets: [] }), { store: "memory" });
    await assert.rejects(textOf(sluice, "nobody"), { code: "RUN_UNKNOWN" });
    await assert.rejects(textOf(sluice, 1 as never), { code: "USAGE" });
  });
});

describe("a file that is no whole run bundle", () => {
  const whole = record({ store: "memory" }).then(({ sluice, id }) => textOf(sluice, id));

  test("is refused wherever it was cut off", async () => {
    const text = await whole;
    const cuts = [...text.matchAll(/\n/g)].map(({ index }) => index).slice(1, -1);
    for (const cut of [...cuts, ...cuts.map((cut) => cut + 1), text.length - 1, text.length - 40]) {
      const error = await refusal(text.slice(0, cut));
      assert.equal(error.code, "STORE_INVALID");
      assert.match(error.message, /its end is missing/);
    }
  });

  test("is refused wherever it was changed", async () => {
    const text = await whole;
    for (let at = 0; at < text.length; at += 97) {
      const other = text[at] === "0" ? "1" : "0";
      const error = await refusal(text.slice(0, at) + other + text.slice(at + 1));
      assert.match(error.code, /STORE_(INVALID|NEWER)/);
    }
    const error = await refusal(`${text}more\n`);
    assert.match(error.message, /its end is missing/);
  });

  test("is refused when a newer Sluice wrote it", async () => {
    const [header, ...lines] = (await whole).trimEnd().split("\n").slice(0, -1);
    const newer = JSON.stringify({ ...JSON.parse(header), version: 2, sluice: "9.1.0" });
    const error = await refusal(sealed([newer, ...lines]));
    assert.equal(error.code, "STORE_NEWER");
    assert.match(error.message, /version 2, made by Sluice 9\.1\.0; this one reads up to version 1/);
  });

  test("is refused when its events do not follow from each other, or are none", async () => {
    const [header, created, ...lines] = (await whole).trimEnd().split("\n").slice(0, -1);
    const cases: readonly [readonly string[], RegExp][] = [
      [[header, ...lines], /do not follow/],
      [[header, created, lines[1], lines[0]], /do not follow/],
      [[header, created, '["step_vanished",9,0,0,1]'], /line 3 is no event/],
      [[header, created, "{}"], /line 3/],
      [[header, '["run_created",1,0,-1,0,{"steps":1}]'], /line 2/],
      [[header], /no run/],
    ];
    for (const [file, message] of cases) {
      const error = await refusal(sealed(file));
      assert.equal(error.code, "STORE_INVALID");
      assert.match(error.message, message);
    }
  });

  test("is refused when it is something else", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "file");
      for (
        const text of ["", "\n", "{}", "null\n", "SQLite format 3\0", '{"format":"other","version":1}\n']
      ) {
        writeFileSync(file, text);
        await assert.rejects(openRunBundle(file), (error: SluiceError) => {
          assert.equal(error.code, "STORE_INVALID");
          assert.match(error.message, text === "" ? /it is empty/ : /another kind of file/);
          assert.ok(error.message.includes(file));
          return true;
        });
      }
      await assert.rejects(openRunBundle(folder), { code: "STORE_INVALID" });
      await assert.rejects(openRunBundle(join(folder, "none")), {
        code: "STORE_INVALID",
        message: /no such file/,
      });
    });
  });
});

describe("the run bundles of released versions", () => {
  test("hold one of this version (SLUICE_UPDATE_FIXTURES=1 writes it)", async () => {
    const { sluice, id } = await record({ store: "memory" });
    const text = await textOf(sluice, id);
    const file = new URL(`${version}.bundle`, fixtures);
    if (process.env.SLUICE_UPDATE_FIXTURES === "1") {
      mkdirSync(fixtures, { recursive: true });
      writeFileSync(file, text);
      writeFileSync(
        new URL(`${version}.json`, fixtures),
        `${JSON.stringify(await stateOf(text), null, 2)}\n`,
      );
    }
    assert.equal(readFileSync(file, "utf8"), text);
  });

  test("fold to the state that they were recorded with", async () => {
    const bundles = readdirSync(fixtures).filter((name) => name.endsWith(".bundle"));
    assert.ok(bundles.includes(`${version}.bundle`));
    for (const name of bundles) {
      const expected = JSON.parse(readFileSync(new URL(name.replace(/bundle$/, "json"), fixtures), "utf8"));
      assert.deepEqual(await stateOf(readFileSync(new URL(name, fixtures), "utf8")), expected, name);
    }
  });
});
