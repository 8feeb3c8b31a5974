import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Definitions, takeSnapshot } from "sluice";
import weather from "../../../examples/weather/definitions.ts";
import { exportPrefect } from "../../../adapters/prefect/export.ts";
import { flowNames, stepName } from "../../../adapters/prefect/names.ts";
import { ownTicks, prefectTicks } from "../../../adapters/prefect/time/ticks.ts";
import { yamlText } from "../../../adapters/prefect/yaml.ts";
import { everything } from "../../adapters/prefect/graph.ts";
import { openSpace, type PartitionSpace } from "../../../src/model/partitions/space.ts";
import { resolveMapping } from "../../../src/model/partitions/resolve.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import { retryDelayMs } from "../../../src/model/policy.ts";
import type { Snapshot, StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { writeFiles } from "../../support/files.ts";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { atScale, findPython } from "../python.ts";
import { askPrefect, once } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Exports to Prefect");
const folder = mkdtempSync(join(tmpdir(), "sluice-prefect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Shortly before and after clock changes, and an ordinary day. */
const INSTANTS = [Date.UTC(2026, 2, 29, 3), Date.UTC(2026, 9, 25, 2, 30), Date.UTC(2026, 10, 17, 12, 7)];
const DYNAMIC = ["b", "a", "it's"];

interface Digest {
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly hash: string;
}

interface LoadedStep {
  readonly name: string;
  readonly task: {
    readonly name: string;
    readonly description: string | null;
    readonly retries: number;
    readonly delays: number | readonly number[] | null;
    readonly tags: readonly string[];
    readonly version: string | null;
    readonly assets: readonly {
      readonly key: string;
      readonly description: string | null;
      readonly owners: readonly string[];
    }[];
    readonly upstream: readonly string[];
  };
  readonly partitions: readonly (Digest | null)[];
  readonly last: readonly (Digest | null)[];
  readonly reads: readonly {
    readonly step: string;
    readonly asset: string | null;
    readonly rows: readonly (readonly (readonly [string, Digest])[])[];
  }[];
}

interface Loaded {
  readonly warnings: readonly string[];
  readonly flows: { readonly [name: string]: string | null };
  readonly taskCount: number;
  readonly literals: {
    readonly [place in "defaults" | "metadata" | "tags"]: { readonly [name: string]: unknown };
  };
  readonly steps: readonly LoadedStep[];
}

interface Answer {
  readonly projects: readonly Loaded[];
  readonly yaml: readonly unknown[];
  readonly ticks: readonly (readonly number[])[];
}

/** Texts that end literals, comments, templates and encodings, where they can. */
const HOSTILE = [
  "'''\"\"\"",
  "ends in \\",
  "a\nb\r\n\tc",
  "{{ $HOME }} {% raw %} %s {x}",
  "\\N{BULLET} \\x41",
  "\u2028\u2029\u202e\ufeff\u0085",
  "\u{1f600}\u{10ffff}",
  "coding: utf-7 +AAo-import os",
  "",
  "no: yes # x",
  "- a: &b *c !!python/object",
  "\u0000\u0007\u001b\u007f\u00a0\u00ff",
  "null",
  "1e3",
  "${HOME}",
];

const graphs: readonly Definitions[] = [
  weather,
  everything,
  ...Array.from({ length: atScale(10, 200) }, (_, seed) => randomDefinitions(seed)),
];
const snapshots = graphs.map(takeSnapshot);
/** What Prefect fires in a year. */
const TICKS = ["Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Beirut"]
  .flatMap(
    (timezone) =>
      ["30 2 * * *", "30 1 * * *", "0 0 * * *", "45 1 * * *", "0 12 * * *", "0,20 * * * *"].map((cron) => ({
        cron,
        timezone,
        fired: prefectTicks(cron, timezone, Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)),
      })),
  );

/** So many projects are loaded by one process. */
const BATCH = 20;

const batches = Array.from(
  { length: Math.ceil(snapshots.length / BATCH) },
  (_, batch) => once(() => askFor(batch * BATCH)),
);

function loaded(): readonly Loaded[] {
  return batches.flatMap((ask) => ask().projects);
}

/** Loads the projects from one place on. */
function askFor(first: number): Answer {
  const projects = snapshots.slice(first, first + BATCH).map((snapshot, place) => {
    const project = join(folder, String(first + place));
    const { files } = exportPrefect(snapshot, {
      name: "shop",
      module: "../shop.ts",
      command: ["sluice"],
      ticksFromMs: INSTANTS[0],
    });
    writeFiles(project, files);
    return project;
  });
  const others = first === 0 ? { yaml: HOSTILE.map(inYaml), ticks: TICKS } : { yaml: [], ticks: [] };
  const question = { projects, instants: INSTANTS, dynamicKeys: DYNAMIC, ...others };
  return askPrefect<Answer>(python as string, new URL("load.py", import.meta.url), question);
}

function inYaml(text: string): string {
  return yamlText({ name: text, list: [text, 1, true], item: [{ of: text, and: [] }], empty: {} });
}

function spaceOf(snapshot: Snapshot, partitions: number | undefined, nowMs: number): PartitionSpace {
  const definition = partitions === undefined ? undefined : snapshot.partitions[partitions];
  return openSpace(definition, { nowMs, dynamicKeys: () => DYNAMIC });
}

function digestOf(keys: readonly string[]): Digest {
  const hash = createHash("sha256").update(keys.length <= 20_000 ? keys.join("\n") : "").digest("hex");
  return { count: keys.length, first: keys[0] ?? null, last: keys.at(-1) ?? null, hash };
}

function keysOf(space: PartitionSpace): readonly string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

/** Steps with a body, with what was loaded of each. */
function eachStep(visit: (step: StepSnapshot, found: LoadedStep, snapshot: Snapshot) => void): void {
  for (const [place, snapshot] of snapshots.entries()) {
    const found = new Map(loaded()[place].steps.map((step) => [step.name, step]));
    const steps = snapshot.steps.filter(({ kind }) => kind !== "external");
    assert.deepEqual([...found.keys()].sort(), steps.map(({ name }) => name).sort());
    for (const step of steps) visit(step, found.get(step.name) as LoadedStep, snapshot);
  }
}

describe("an exported project", () => {
  const check = python ? test : test.skip;

  for (const [place, ask] of batches.entries()) {
    check(`is loaded by Prefect, batch ${place + 1}`, () => {
      assert.ok(ask().projects.length > 0);
    });
  }

  check("is imported without a warning, with a flow for every job and schedule", () => {
    for (const [place, { warnings, flows, taskCount, steps }] of loaded().entries()) {
      assert.deepEqual(warnings, []);
      const { jobs, schedules, steps: all } = snapshots[place];
      const expected = [
        ...jobs.map(({ name }) => `job.${name}`),
        ...schedules.map(({ name }) => `schedule.${name}`),
      ];
      const own = Object.keys(flows).filter((name) => /^shop\.(?:job|schedule)\./.test(name));
      assert.deepEqual(own.sort(), expected.map((name) => `shop.${name}`).sort());
      const undone = all.filter(({ undo }) => undo !== undefined);
      assert.equal(taskCount, steps.length + undone.length);
    }
  });

  check("has the snapshot's assets, edges, tags, owners, descriptions and versions", () => {
    eachStep((step, { task }, snapshot) => {
      const own = step.outputs.map(({ key }) => key);
      const assets = snapshot.assets.filter(({ key }) => own.includes(key));
      assert.equal(task.name, step.name);
      const byKey = new Map(task.assets.map((asset) => [asset.key, asset]));
      assert.deepEqual([...byKey.keys()].sort(), own.map((key) => `sluice://${key}`).sort());
      for (const { key, description, owners } of assets) {
        const found = byKey.get(`sluice://${key}`);
        assert.equal(
          found?.description ?? undefined,
          description && [...description].slice(0, 2500).join(""),
        );
        assert.deepEqual(found?.owners, owners);
      }
      const upstream = own.length === 0
        ? []
        : step.inputs.map(({ key }) => key).filter((key) => !own.includes(key));
      assert.deepEqual(task.upstream, [...new Set(upstream)].map((key) => `sluice://${key}`).sort());
      if (assets.length === 1) {
        const [{ group, kinds, tags, codeVersion }] = assets;
        assert.equal(task.version ?? undefined, codeVersion);
        const expected = [
          ...group === "default" ? [] : [`group=${group}`],
          ...kinds.map((kind) => `kind=${kind}`),
          ...Object.entries(tags).map(([tag, value]) => value === "" ? tag : `${tag}=${value}`),
        ];
        assert.deepEqual([...task.tags].sort(), [...new Set(expected)].sort());
      }
    });
  });

  check("has the retries of the policies", () => {
    eachStep((step, { task }) => {
      assert.equal(task.retries, step.retry?.maxRetries ?? 0);
      for (let retry = 1; retry <= task.retries; retry++) {
        const delays = task.delays ?? 0;
        const seconds = typeof delays === "number" ? delays : delays[Math.min(retry, delays.length) - 1];
        assert.equal(
          seconds,
          retryDelayMs(step.retry ?? { maxRetries: 0 }, retry, { random: () => 0 }) / 1000,
        );
      }
    });
  });

  check("works out the keys that there are", () => {
    let compared = 0;
    eachStep((step, found, snapshot) => {
      if (step.partitions === undefined) return;
      for (const [place, nowMs] of INSTANTS.entries()) {
        const space = spaceOf(snapshot, step.partitions, nowMs);
        if (space.size > 20_000) continue;
        assert.deepEqual(found.partitions[place], digestOf(keysOf(space)), `${step.name} at ${nowMs}`);
        compared++;
      }
    });
    assert.ok(compared > 100);
  });

  check("works out the last partition", () => {
    eachStep((step, found, snapshot) => {
      if (step.partitions === undefined) return;
      for (const [place, nowMs] of INSTANTS.entries()) {
        assert.equal(
          found.last[place]?.last ?? null,
          lastKey(spaceOf(snapshot, step.partitions, nowMs)),
          step.name,
        );
      }
    });
  });

  check("waits for the partitions that are read", () => {
    let compared = 0;
    eachStep((step, found, snapshot) => {
      const inputs = step.inputs.filter(({ key }) =>
        found.reads.some(({ asset }) => asset === key) && !step.outputs.some((output) => output.key === key)
      );
      const reads = found.reads.filter(({ asset }) => asset !== null);
      assert.deepEqual(reads.map(({ asset }) => asset), inputs.map(({ key }) => key));
      for (const [at, input] of inputs.entries()) {
        const read = reads[at];
        if (!input.mapping || step.partitions === undefined || input.mapping.kind === "custom") continue;
        const upstream = snapshot.assets.find(({ key }) => key === input.key)?.partitions;
        for (const [place, nowMs] of INSTANTS.entries()) {
          if (upstream === undefined || spaceOf(snapshot, upstream, nowMs).size > 20_000) continue;
          const sides = [step.partitions, upstream].map((partitions) => ({
            partitions: partitions === undefined ? undefined : snapshot.partitions[partitions],
            space: spaceOf(snapshot, partitions, nowMs),
          }));
          const mapping = resolveMapping(input.mapping as Mapping, sides[0], sides[1]);
          for (const [key, digest] of read.rows[place]) {
            const keys: string[] = [];
            mapping.eachUpstreamRange(sides[0].space.indexOf(key), (start, end) => {
              for (let at = start; at < end; at++) keys.push(sides[1].space.keyAt(at));
            });
            assert.deepEqual(digest, digestOf(keys), `${step.name} reads ${input.key} for ${key}`);
            compared++;
          }
        }
      }
    });
    assert.ok(compared > 500);
  });

  check("holds config, metadata and tags of runs as they are", () => {
    for (const [place, snapshot] of snapshots.entries()) {
      const { defaults, metadata, tags } = loaded()[place].literals;
      for (const [kind, list] of [["job", snapshot.jobs], ["schedule", snapshot.schedules]] as const) {
        for (const each of list) {
          const name = flowNames("shop", kind, each.name).function;
          assert.deepEqual(defaults[name] ?? {}, each.config);
          assert.deepEqual(tags[name] ?? {}, each.tags);
        }
      }
      for (const { key, step, metadata: told, isExternal } of snapshot.assets) {
        if (isExternal) continue;
        const found = metadata[stepName(step)] as { readonly [key: string]: unknown } | undefined;
        assert.deepEqual(found?.[key] ?? {}, told, key);
      }
    }
  });

  check("writes any text into YAML, but no template", () => {
    const expected = HOSTILE.map((text) => text.replaceAll("{{", "{\u200b{")).map((text) => ({
      name: text,
      list: [text, 1, true],
      item: [{ of: text, and: [] }],
      empty: {},
    }));
    assert.deepEqual(batches[0]().yaml, expected);
  });

  check("works out which ticks are meant when Prefect fires at other instants", () => {
    for (const [place, { cron, timezone }] of TICKS.entries()) {
      const own = ownTicks(cron, timezone, Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
      assert.deepEqual(batches[0]().ticks[place], own, `${cron} in ${timezone}`);
    }
  });

  check("is laid out as ruff has it, and free of what it finds wrong", () => {
    const ruff = join(dirname(python as string), "ruff");
    loaded();
    for (const args of [["format", "--check"], ["check", "--select", "E,F,W,I", "--ignore", "E501"]]) {
      const { status, stdout, stderr } = spawnSync(ruff, [...args, "--no-cache", folder], {
        encoding: "utf8",
      });
      assert.equal(status, 0, (stdout + stderr).slice(-2000));
    }
  });
});

function lastKey(space: PartitionSpace): string | null {
  return space.size === 0 ? null : space.keyAt(space.size - 1);
}
