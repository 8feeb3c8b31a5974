import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeSnapshot } from "sluice";
import { exportPrefect } from "../../../adapters/prefect/export.ts";
import { identifierOf } from "../../../adapters/python/identifier.ts";
import { limitName } from "../../../adapters/prefect/names.ts";
import { commandLine } from "../../cli/support/step.ts";
import { writeFiles } from "../../support/files.ts";
import { atScale, findPython } from "../python.ts";
import { valuesBelow } from "../exports/cases.ts";
import deployed from "./deployed.ts";
import { askPrefect, once } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Deployments in Prefect");
const folder = mkdtempSync(join(tmpdir(), "sluice-prefect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly setup: readonly [code: number, text: string];
  readonly deploy: readonly [code: number, text: string];
  readonly again: readonly [code: number, text: string];
  readonly deployments: readonly {
    readonly name: string;
    readonly flow: string;
    readonly description: string | null;
    readonly tags: readonly string[];
    readonly pool: string;
    readonly limit: number | null;
    readonly strategy: string | null;
    readonly schedules: readonly { readonly [field: string]: unknown }[];
  }[];
  readonly automations: readonly {
    readonly enabled: boolean;
    readonly trigger: { readonly [field: string]: unknown };
    readonly actions: readonly { readonly type: string }[];
  }[];
  readonly limits: { readonly [name: string]: number };
  readonly followed?: readonly { readonly type: string; readonly by: string }[];
  readonly cancel?: {
    readonly type: string;
    readonly seconds: number;
    readonly alive: boolean;
    readonly stopped: boolean;
    readonly again: boolean;
  };
}

/** One server, one deployment, and at full scale a run that is cancelled. */
const deploy = once((): Answer => {
  const { files } = exportPrefect(takeSnapshot(deployed), {
    name: "shop",
    module: fileURLToPath(new URL("./deployed.ts", import.meta.url)),
    command: commandLine,
    ticksFromMs: Date.UTC(2026, 0, 1),
    target: { pools: { "db/main.1": 3 } },
  });
  writeFiles(folder, files);
  const marks = join(folder, "marks");
  mkdirSync(marks);
  return askPrefect<Answer>(python as string, new URL("deploy.py", import.meta.url), {
    folder,
    marks,
    runs: atScale(0, 1) === 1,
    follower: `automation.${identifierOf("eager")}`,
    env: { SLUICE_IO: join(folder, "values"), SLUICE_TEST_FOLDER: marks },
  });
});

function schedulesOf(name: string): readonly (readonly unknown[])[] {
  const found = deploy().deployments.find((each) => each.name === name);
  return (found?.schedules ?? []).map(({ slug, cron, timezone, day_or, active }) =>
    [slug, cron, timezone, day_or, active] as const
  );
}

// The runtime matters for steps only, and none runs here but at full scale.
const isAsked = python !== undefined && (!("Deno" in globalThis) || atScale(0, 1) === 1);
// Before any test: a server takes longer to start and to deploy to than a test may.
if (isAsked) deploy();

describe("an exported project on a server", () => {
  const check = isAsked ? test : test.skip;

  check("is deployed without a question, and again over itself", () => {
    const { setup, deploy: first, again } = deploy();
    assert.deepEqual(setup, [0, ""]);
    assert.equal(first[0], 0, first[1]);
    assert.equal(again[0], 0, again[1]);
    assert.deepEqual(deploy().deployments.map(({ flow, name }) => `${flow}/${name}`).sort(), [
      "shop.all/all",
      `shop.automation.${identifierOf("eager")}/automation.${identifierOf("eager")}`,
      `shop.automation.${identifierOf("late")}/automation.${identifierOf("late")}`,
      "shop.backfill/backfill",
      `shop.freshness.${identifierOf("late")}/freshness.${identifierOf("late")}`,
      "shop.job.waiting/waiting",
      "shop.schedule.by-the-hour/by-the-hour",
      "shop.schedule.daily/daily",
      "shop.schedule.idle/idle",
      "shop.schedule.nightly/nightly",
    ]);
  });

  check("has its schedules, with zones, slugs and whether they are on", () => {
    assert.deepEqual(schedulesOf("nightly"), [
      ["tick-1", "30 2 * * *", "Europe/Berlin", true, true],
      ["tick-2", "0 0 * * 0", "Europe/Berlin", true, true],
    ]);
    assert.deepEqual(schedulesOf("daily"), [["tick-1", "0 0 * * *", "Europe/Berlin", true, false]]);
    assert.deepEqual(schedulesOf("by-the-hour"), [[
      "tick-1",
      "0 * * * *",
      "Australia/Lord_Howe",
      true,
      true,
    ]]);
    assert.deepEqual(schedulesOf("idle"), [["tick-1", "0 0 L * 1#2", "UTC", true, false]]);
    assert.deepEqual(schedulesOf("all"), []);
  });

  check("has texts as they are, and nothing in them is filled in", () => {
    const waiting = deploy().deployments.find(({ name }) => name === "waiting");
    assert.equal(waiting?.description, "Ends when it is told to: {\u200b{ $HOME }} and \u00fc.");
    assert.deepEqual(waiting?.tags, ["cost/center=42", "empty", "team=data"]);
    assert.equal(waiting?.pool, "default");
  });

  check("starts a run when something upstream was made, for assets that are made by themselves", () => {
    const matches = deploy().automations.map(({ trigger }) => JSON.stringify(trigger.match));
    assert.deepEqual(
      matches.sort(),
      [
        '{"prefect.resource.id":["sluice://orders","sluice://source"]}',
        '{"prefect.resource.id":["sluice://base"]}',
      ].sort(),
    );
    for (const { enabled, trigger, actions } of deploy().automations) {
      assert.equal(enabled, true);
      assert.deepEqual(trigger.expect, ["prefect.asset.materialization.succeeded"]);
      assert.equal(trigger.posture, "Reactive");
      assert.deepEqual(actions.map(({ type }) => type), ["run-deployment"]);
    }
    assert.deepEqual(schedulesOf(`freshness.${identifierOf("late")}`), [[
      "tick-1",
      "0 9 * * *",
      "UTC",
      true,
      true,
    ]]);
    assert.deepEqual(schedulesOf(`automation.${identifierOf("late")}`), [[
      "tick-1",
      "0 6 * * *",
      "UTC",
      true,
      true,
    ]]);
  });

  check(
    "lets as many runs of a key go on at once as the job says, and cancels others where it says so",
    () => {
      const found = deploy().deployments.map(({ name, limit, strategy }) => [name, limit, strategy] as const);
      assert.deepEqual(found.filter(([, limit]) => limit !== null).sort(), [
        ["idle", 2, "CANCEL_NEW"],
        ["waiting", 2, "CANCEL_NEW"],
      ]);
    },
  );

  check("has a limit for each pool, and for each key with a fixed name", () => {
    assert.equal(deploy().limits[limitName("shop", "db/main.1")], 3);
    assert.equal(deploy().limits[limitName("shop", `key_${identifierOf("meter")}`)], 2);
  });

  check("makes an asset when the event of what it is made from comes", () => {
    const { followed } = deploy();
    if (!followed) return console.log("An event that starts a run: skipped, since SLUICE_SCALE is not full");
    assert.deepEqual(followed.map(({ type, by }) => [type, by]), [["COMPLETED", "AUTOMATION"]]);
    const values = valuesBelow(join(folder, "values"));
    assert.deepEqual([...values.values()].map((value) => value.trim()), ["20", "21"]);
  });

  check("ends its processes when a run is cancelled", () => {
    const { cancel } = deploy();
    if (!cancel) return console.log("A cancelled run: skipped, since SLUICE_SCALE is not full");
    const { type, alive, stopped, again } = cancel;
    assert.deepEqual({ type, alive, stopped, again }, {
      type: "CANCELLED",
      alive: false,
      stopped: true,
      again: false,
    });
  });
});
