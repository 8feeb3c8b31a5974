import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  fileSensor,
  type FileSensorSpec,
  type Orchestrator,
} from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";
import { compilePathGlob } from "../../../src/model/automation/sensors/path_glob.ts";
import type { FileWatch } from "../../../src/model/automation/sensors/watch.ts";
import { type FilePort, hostFiles, Listing } from "../../../src/triggers/sensors/files/listing.ts";
import { lookAtFiles } from "../../../src/triggers/sensors/files/look.ts";
import { MOST_SEEN, type Seen } from "../../../src/triggers/sensors/files/seen.ts";
import { Draw } from "../../conformance/exports/random.ts";

const load = defineAsset({ key: "load", run: () => 1 });

interface World {
  readonly sluice: Orchestrator;
  readonly clock: VirtualClock;
  readonly folder: string;
  readonly write: (path: string, text?: string) => Promise<void>;
  /** Lets everything come to rest, and gives what the runs were for since it was asked last. */
  readonly told: () => Promise<readonly string[]>;
}

async function during(spec: Partial<FileSensorSpec>, work: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-"));
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const sensor = fileSensor({
    name: "s",
    target: load,
    glob: "**/*.csv",
    folder,
    intervalMs: 1_000,
    ...spec,
  });
  await using sluice = createOrchestrator(definitions({ assets: [load], sensors: [sensor] }), {
    store: "memory",
    defaultIO: "memory",
    clock,
  });
  let heard = 0;
  const told = async () => {
    for (let n = 0; n < 12; n++) {
      await clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    const runs = (await sluice.runs({ limit: 1_000 })).toReversed().slice(heard);
    heard += runs.length;
    return runs.map(({ tags }) => tags["sluice/file"] ?? tags["sluice/files"]).toSorted();
  };
  const write = async (path: string, text = "x") => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  try {
    await sluice.start();
    await work({ sluice, clock, folder, write, told });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("a sensor of files", () => {
  test("asks once for files that are new, each by itself where it is told to", async () => {
    await during({ each: true }, async ({ write, told }) => {
      await write("a.csv");
      await write("2026/01/b.csv");
      await write("c.txt");
      assert.deepEqual(await told(), ["2026/01/b.csv", "a.csv"]);
      assert.deepEqual(await told(), []);
      await write("a.csv", "longer");
      assert.deepEqual(await told(), []);
      await write("d.csv");
      assert.deepEqual(await told(), ["d.csv"]);
    });
  });

  test("asks for all that one look has found in one run", async () => {
    await during({}, async ({ write, told, sluice }) => {
      for (const name of ["a", "b", "c"]) await write(`${name}.csv`);
      assert.deepEqual(await told(), ["3"]);
      assert.equal((await sluice.ticks()).length, 1);
    });
  });

  test("sees what was written again, when that counts", async () => {
    await during({ each: true, events: "changed" }, async ({ write, told, folder }) => {
      await write("a.csv");
      assert.deepEqual(await told(), ["a.csv"]);
      await write("a.csv", "longer");
      assert.deepEqual(await told(), ["a.csv"]);
      await utimes(join(folder, "a.csv"), 1, 1);
      assert.deepEqual(await told(), ["a.csv"]);
      assert.deepEqual(await told(), []);
    });
  });

  test("waits until a file has come to rest", async () => {
    await during({ settleMs: 5_000 }, async ({ write, clock, sluice, told }) => {
      for (let n = 1; n <= 8; n++) {
        await write("a.csv", "x".repeat(n));
        await clock.advance(2_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal((await sluice.runs()).length, 0);
      assert.deepEqual(await told(), ["a.csv"]);
    });
  });

  test("sees a file that came back under its name with other content, and not one that came back as it was", async () => {
    await during({ each: true }, async ({ write, told, folder }) => {
      await write("a.csv");
      assert.deepEqual(await told(), ["a.csv"]);
      await rename(join(folder, "a.csv"), join(folder, "a.done"));
      assert.deepEqual(await told(), []);
      await rename(join(folder, "a.done"), join(folder, "a.csv"));
      assert.deepEqual(await told(), []);
      await rm(join(folder, "a.csv"));
      assert.deepEqual(await told(), []);
      await write("a.csv", "the next day");
      assert.deepEqual(await told(), ["a.csv"]);
    });
  });

  test("says that there is no folder, once, and forgets nothing for it", async () => {
    await during({ each: true }, async ({ write, told, folder, sluice }) => {
      await write("a.csv");
      assert.deepEqual(await told(), ["a.csv"]);
      await rename(folder, `${folder}-away`);
      assert.deepEqual(await told(), []);
      await rename(`${folder}-away`, folder);
      assert.deepEqual(await told(), []);
      const [latest] = await sluice.ticks();
      assert.equal(latest.reason, `There is no folder ${folder}.`);
      assert.equal((await sluice.ticks()).length, 2);
    });
  });

  test("leaves symbolic links out, also those that lead in circles", async () => {
    await during({ each: true }, async ({ write, told, folder }) => {
      await write("a.csv");
      await symlink(folder, join(folder, "loop"));
      await symlink(join(folder, "a.csv"), join(folder, "b.csv"));
      assert.deepEqual(await told(), ["a.csv"]);
    });
  });

  test("leaves out what is there at first where it is told to, also after a restart", async () => {
    await during({ each: true, initial: false }, async ({ write, told, sluice }) => {
      await sluice.stop();
      await write("a.csv");
      await sluice.start();
      assert.deepEqual(await told(), []);
      await sluice.stop();
      await write("b.csv");
      await sluice.start();
      assert.deepEqual(await told(), ["b.csv"]);
    });
  });
});

/** Files that the test makes up. */
class Disk implements FilePort {
  readonly files: Map<string, { mtimeMs: number; size: number }> = new Map();
  reads = 0;

  readFolder(path: string) {
    this.reads++;
    const below = [...this.files.keys()].filter((each) => each.startsWith(`${path}/`))
      .map((each) => each.slice(path.length + 1));
    const files = new Set(below);
    const names = [...new Set(below.map((each) => each.split("/")[0]))];
    return Promise.resolve(names.map((name) => ({ name, isFolder: !files.has(name) })));
  }

  look(path: string) {
    return Promise.resolve(this.files.get(path));
  }
}

const WATCH: FileWatch = {
  kind: "files",
  folder: "in",
  glob: "**",
  events: "created",
  settleMs: 2_000,
  each: true,
  initial: true,
};
const SIGNAL = new AbortController().signal;

describe("looking at files", () => {
  test("asks for every change once, whatever happens and wherever it goes on from", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draw = new Draw(seed);
      const disk = new Disk();
      const clock = virtualClock(1_000_000);
      const events = draw.one(["created", "changed"] as const);
      const look = lookAtFiles({ ...WATCH, events }, new Listing(disk, clock));
      const [expected, got]: [string[], string[]] = [[], []];
      let [state, kept]: [unknown, unknown] = [undefined, undefined];
      for (let n = 0; n < 60; n++) {
        const path = `in/${draw.one(["a", "b", "x/c", "x/d"])}`;
        const before = disk.files.get(path);
        if (before && draw.chance(0.3)) disk.files.delete(path);
        else {
          const now = { mtimeMs: clock.now() - draw.between(0, 50_000) + n / 1_000, size: n };
          disk.files.set(path, now);
          if (!before || events === "changed") expected.push(`${path.slice(3)} ${now.mtimeMs} ${now.size}`);
        }
        // Three looks let everything come to rest before the next change.
        for (let again = 0; again < 3; again++) {
          await clock.advance(2_000);
          const isRestarted = draw.chance(0.2);
          const found = await look({
            state: isRestarted ? kept : state,
            nowMs: clock.now(),
            lastMs: undefined,
            signal: SIGNAL,
          });
          got.push(...found.asks.map(({ key }) => key as string));
          state = JSON.parse(JSON.stringify(found.state));
          if (found.asks.length > 0 || found.isKept) kept = state;
          if (isRestarted) again = 0;
        }
      }
      assert.deepEqual(got, expected, `seed ${seed}`);
    }
  });

  test("remembers so many files and takes older ones for dealt with", async () => {
    const disk = new Disk();
    for (let n = 0; n < MOST_SEEN + 500; n++) disk.files.set(`in/${n}`, { mtimeMs: n, size: 1 });
    const clock = virtualClock(1_000_000);
    const look = lookAtFiles({ ...WATCH, each: false, settleMs: 0 }, new Listing(disk, clock));
    const first = await look({ state: undefined, nowMs: clock.now(), lastMs: undefined, signal: SIGNAL });
    assert.equal(first.asks[0].tags?.["sluice/files"], String(MOST_SEEN + 500));
    const seen = first.state as Seen;
    assert.deepEqual([seen.present.length, seen.floorMs], [MOST_SEEN, 499]);
    assert.ok(JSON.stringify(seen).length < 256_000);
    await clock.advance(5_000);
    disk.files.set("in/late", { mtimeMs: 300, size: 1 });
    disk.files.set("in/new", { mtimeMs: 2_000_000, size: 1 });
    const second = await look({ state: seen, nowMs: clock.now(), lastMs: undefined, signal: SIGNAL });
    assert.deepEqual(second.asks.map(({ tags }) => tags?.["sluice/file"]), ["new"]);
  });

  test("starts a hundred runs at once at the most, and the others right after", async () => {
    const disk = new Disk();
    for (let n = 0; n < 250; n++) disk.files.set(`in/${n}`, { mtimeMs: n, size: 1 });
    const clock = virtualClock(1_000_000);
    const look = lookAtFiles({ ...WATCH, settleMs: 0 }, new Listing(disk, clock));
    const counts: number[] = [];
    const keys = new Set<unknown>();
    for (let state: unknown, n = 0; n < 4; n++) {
      const found = await look({ state, nowMs: clock.now(), lastMs: undefined, signal: SIGNAL });
      counts.push(found.asks.length);
      found.asks.forEach(({ key }) => keys.add(key));
      if (n < 2) assert.equal(found.againMs, 0);
      state = found.state;
    }
    assert.deepEqual(counts, [100, 100, 50, 0]);
    assert.equal(keys.size, 250);
  });

  test("reads a folder once for several sensors that look at about the same time", async () => {
    const disk = new Disk();
    disk.files.set("in/a", { mtimeMs: 1, size: 1 });
    const clock = virtualClock(0);
    const listing = new Listing(disk, clock);
    const files = () => listing.files("in", compilePathGlob("*"), SIGNAL);
    await Promise.all([files(), files(), files()]);
    assert.equal(disk.reads, 1);
    await clock.advance(1_000);
    await files();
    assert.equal(disk.reads, 2);
  });

  test("refuses to go through more names than it can", async () => {
    const port: FilePort = {
      ...hostFiles,
      readFolder: () =>
        Promise.resolve(Array.from({ length: 100_001 }, (_, n) => ({ name: `${n}`, isFolder: false }))),
    };
    await assert.rejects(
      new Listing(port, virtualClock()).files("in", compilePathGlob("*"), SIGNAL),
      /more than 100000 names/,
    );
  });
});
