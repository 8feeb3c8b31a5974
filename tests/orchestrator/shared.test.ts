/** T13 and T15: several processes over one file. One leads, all serve, and another takes over when it is gone. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { createOrchestrator, type Orchestrator, type SluiceEvent } from "sluice";
import { connect, valueOf } from "../stores/support.ts";
import { inFolder } from "../support/folder.ts";
import { root, runFile } from "../support/runtime.ts";
import { sharedOf } from "./fixtures/shared.ts";

/** A process over the file, which does what it is told. */
interface Peer {
  readonly pid: number;
  tell(line: string): void;
  /** The next line that begins with a word, without it. */
  hear(word: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Ends its input and waits for its end. */
  finish(): Promise<void>;
}

async function startPeer(folder: string, onStart: "start" | "wait" = "wait"): Promise<Peer> {
  const [command, ...before] = runFile;
  const child = spawn(command, [...before, "tests/orchestrator/fixtures/shared.ts", folder, onStart], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.push(line);
    for (const wake of waiting) wake();
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const take = (word: string) => {
    const at = said.findIndex((line) => line.split(" ")[0] === word);
    return at < 0 ? undefined : said.splice(at, 1)[0].slice(word.length + 1);
  };
  const hear = (word: string) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const line = take(word);
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
  await hear("open");
  const pid = child.pid as number;
  return {
    pid,
    hear,
    tell: (line) => void child.stdin.write(`${line}\n`),
    // Deno's own child.kill() knows no SIGSTOP.
    kill: (signal) => void process.kill(pid, signal),
    finish: () => (child.stdin.end(), ended),
  };
}

/** An orchestrator of this process over the same file. */
function shareIn(folder: string, onStart = false): Orchestrator {
  return createOrchestrator(sharedOf(folder), { folder, store: { shared: true }, recovery: { onStart } });
}

function notesOf(folder: string): readonly string[] {
  return readFileSync(join(folder, "notes.txt"), "utf8").trimEnd().split("\n");
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The id of the run whose slow step is under way. */
async function slowRun(sluice: Orchestrator, folder: string): Promise<string> {
  return await until(async () => {
    const [run] = await sluice.runs({ status: ["running"] });
    const steps = run && await sluice.steps(run.id);
    const isSlow = steps?.some(({ name, status }) => name === "slow" && status === "running");
    return isSlow && notesOf(folder).some((line) => line.startsWith("slow")) ? run.id : undefined;
  });
}

/** As if no sign of life had come from the writer for longer than its lease. */
function endLease(folder: string): void {
  const file = connect(join(folder, "history.sqlite"));
  file.exec("PRAGMA busy_timeout = 2000");
  file.exec("UPDATE writer SET beat_ms = beat_ms - lease_ms - 1");
  file.close();
}

describe("two processes over one file", () => {
  test("both serve: what the second is asked for is done by the first, and recorded once", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "go"), "");
      const leader = await startPeer(folder);
      const sluice = shareIn(folder);
      const events: SluiceEvent[] = [];
      sluice.subscribe((some) => events.push(...some));
      const { id, status, record, plan } = await sluice.materialize(["first", "slow", "last"], {
        tags: { by: "follower" },
      });
      assert.deepEqual([status, record.tags, plan.ranks.length], ["success", { by: "follower" }, 3]);
      assert.deepEqual(notesOf(folder), [`first ${id}`, `slow ${leader.pid}`]);
      assert.equal(await sluice.load("last"), 8);
      assert.equal((await sluice.runJob("quick")).record.job, "quick");
      const filled = await sluice.backfill({ select: "letters", partitionsPerRun: 2 });
      assert.deepEqual([filled.status, filled.runs.length], ["success", 2]);
      assert.deepEqual(filled.runs.map(({ record }) => record.backfill), [filled.id, filled.id]);
      await sluice.addPartitions("notes", ["x", "y"]);
      await sluice.removePartitions("notes", ["y"]);
      assert.equal((await sluice.partitions("notes")).space.size, 1);
      await sluice.report("notes", { partition: "x", dataVersion: "v" });
      assert.equal((await sluice.partitions("notes")).materialized.size, 1);
      assert.equal(await sluice.wipe("letters", ["a", "b"]), 2);
      const again = await sluice.rerun(id, { from: "start" });
      assert.deepEqual([again.status, again.record.parent], ["success", id]);
      assert.deepEqual(await sluice.recover(), []);
      leader.tell("run first");
      assert.match(await leader.hear("run"), / success$/);
      await until(() => events.filter(({ type }) => type === "run_finished").length === 6 || undefined);
      const logged = await sluice.runs();
      for (const run of logged) {
        const seen = events.filter(({ runId }) => runId === run.id).map(({ type }) => type);
        assert.deepEqual([seen[0], seen.at(-1)], ["run_created", "run_finished"]);
      }
      assert.equal(new Set(events.map(({ seq }) => seq)).size, events.length);
      assert.equal(await sluice.prune({ runsBeforeMs: Date.now() + 1_000 }), 6);
      await sluice.close();
      await leader.finish();
      const file = connect(join(folder, "history.sqlite"));
      assert.deepEqual([
        valueOf(file, "SELECT count(*) FROM commands"),
        valueOf(file, "PRAGMA integrity_check"),
      ], [
        0,
        "ok",
      ]);
      file.close();
    }));

  test("tell each other what was wrong by the same errors, and refuse what cannot cross", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder);
      await assert.rejects(sluice.rerun("nobody"), { code: "RUN_UNKNOWN" });
      await assert.rejects(sluice.cancel("nobody"), { code: "RUN_UNKNOWN" });
      await assert.rejects(sluice.addPartitions("nothing", ["a"]), { code: "PARTITIONS_INVALID" });
      await assert.rejects(sluice.materialize("no_such_asset"), { code: "SELECTION_INVALID" });
      await assert.rejects(sluice.materialize("first", { config: { first: { call: () => 1 } } }), {
        code: "USAGE",
      });
      await sluice.close();
      await assert.rejects(sluice.materialize("first"), { code: "STORE_CLOSED" });
      await leader.finish();
    }));

  test("say so when the one that writes does not share", () =>
    inFolder(async (folder) => {
      await using alone = createOrchestrator(sharedOf(folder), { folder });
      assert.equal((await alone.materialize("first")).status, "success");
      await using sluice = shareIn(folder);
      assert.equal((await sluice.runs()).length, 1);
      await assert.rejects(sluice.materialize("first"), (error: Error & { readonly code?: string }) => {
        assert.equal(error.code, "STORE_LOCKED");
        assert.match(error.message, /by a process that does not share it/);
        return true;
      });
    }));

  test("cancel what the other has begun, by its id and by a signal", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder);
      leader.tell("run first slow");
      await sluice.cancel(await slowRun(sluice, folder), "enough");
      assert.match(await leader.hear("run"), / canceled$/);
      const controller = new AbortController();
      const running = sluice.materialize(["first", "slow"], { signal: controller.signal });
      await slowRun(sluice, folder);
      controller.abort("changed my mind");
      const { status, id } = await running;
      assert.equal(status, "canceled");
      assert.ok((await sluice.steps(id)).some(({ reason }) => reason === "changed my mind"));
      await sluice.close();
      await leader.finish();
    }));
});

describe("when the one that leads is gone", () => {
  test("another takes over at once, goes on with its run, and answers who has asked for it", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder, true);
      const events: SluiceEvent[] = [];
      sluice.subscribe((some) => events.push(...some));
      const running = sluice.materialize(["first", "slow", "last"]);
      const id = await slowRun(sluice, folder);
      leader.kill("SIGKILL");
      await leader.finish();
      writeFileSync(join(folder, "go"), "");
      const result = await running;
      assert.deepEqual([result.id, result.status, result.record.recoveries], [id, "success", 0]);
      // What was over stayed over; what was under way was begun again, here.
      assert.deepEqual(notesOf(folder), [`first ${id}`, `slow ${leader.pid}`, `slow ${process.pid}`]);
      const steps = await sluice.steps(id);
      assert.deepEqual(steps.map(({ name, attempts }) => [name, attempts]), [["first", 1], ["slow", 2], [
        "last",
        1,
      ]]);
      await until(() => events.some(({ type }) => type === "run_finished") || undefined);
      assert.deepEqual(events.map(({ seq }) => seq), events.map(({ seq }) => seq).toSorted((a, b) => a - b));
      assert.equal(events.filter(({ type }) => type === "run_recovered").length, 1);
      assert.equal((await sluice.materialize("first")).status, "success");
      await sluice.close();
    }));

  test("tells that the run was interrupted, where nobody has asked to go on with runs by itself", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder);
      const running = sluice.materialize(["first", "slow"]);
      const id = await slowRun(sluice, folder);
      leader.kill("SIGKILL");
      const result = await running;
      assert.deepEqual([result.id, result.status, result.record.status], [id, "interrupted", "interrupted"]);
      writeFileSync(join(folder, "go"), "");
      assert.deepEqual((await sluice.recover()).map(({ id, status }) => [id, status]), [[id, "success"]]);
      await sluice.close();
      await leader.finish();
    }));

  test("does what the other had not begun, once", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder);
      await sluice.runs();
      leader.kill("SIGSTOP");
      const asked = [sluice.materialize("first"), sluice.addPartitions("notes", ["x"])];
      await new Promise((resolve) => setTimeout(resolve, 100));
      leader.kill("SIGKILL");
      await Promise.all(asked);
      await leader.finish();
      assert.equal((await sluice.runs()).length, 1);
      assert.equal(notesOf(folder).length, 1);
      assert.equal((await sluice.partitions("notes")).space.size, 1);
      await sluice.close();
    }));

  test("says of what it cannot know whether it was done, and does it not twice", () =>
    inFolder(async (folder) => {
      await using first = shareIn(folder);
      await first.runs();
      await first.close();
      const file = connect(join(folder, "history.sqlite"));
      const request = JSON.stringify({ verb: "addKeys", name: "notes", keys: ["x"] });
      file.prepare("INSERT INTO commands (id, request, sent_ms, taken) VALUES ('c', ?, ?, 1)")
        .run(request, Date.now());
      await using sluice = shareIn(folder);
      await sluice.runs();
      const answer = await until(() => valueOf(file, "SELECT answer FROM commands") ?? undefined);
      assert.match(String(answer), /COMMAND_LOST.*whether it was done is not on record/);
      assert.equal((await sluice.partitions("notes")).space.size, 0);
      file.close();
    }));

  test("what a follower has launched is gone on with, and it hears of its end", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder, true);
      const [one, again] = await Promise.all([
        sluice.launch({ id: "mine", select: ["first", "slow"] }),
        sluice.launch({ id: "mine", select: ["first", "slow"] }),
      ]);
      assert.deepEqual([one.isNew, again.isNew].sort(), [false, true]);
      const filled = await sluice.launch({ id: "fill", backfill: { select: "letters" } });
      assert.equal((await filled.ended).status, "success");
      await slowRun(sluice, folder);
      leader.kill("SIGKILL");
      writeFileSync(join(folder, "go"), "");
      assert.deepEqual([(await one.ended).status, (await again.ended).status], ["success", "success"]);
      assert.equal((await sluice.launch({ id: "mine", select: "first" })).isNew, false);
      await sluice.close();
    }));

  test("by closing, another goes on with what that has cut short", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder, true);
      const running = sluice.materialize(["first", "slow"]);
      const id = await slowRun(sluice, folder);
      await leader.finish();
      writeFileSync(join(folder, "go"), "");
      const result = await running;
      assert.deepEqual([result.id, result.status], [id, "success"]);
      assert.equal(notesOf(folder).filter((line) => line.startsWith("first")).length, 1);
      await sluice.close();
    }));

  test("T15 by standing still for longer than its lease, it is refused when it goes on, and follows", () =>
    inFolder(async (folder) => {
      const leader = await startPeer(folder);
      const sluice = shareIn(folder, true);
      leader.tell("run first slow last");
      const id = await slowRun(sluice, folder);
      leader.kill("SIGSTOP");
      endLease(folder);
      await until(() => notesOf(folder).includes(`slow ${process.pid}`) || undefined);
      writeFileSync(join(folder, "go"), "");
      await until(async () => (await sluice.run(id))?.status === "success" || undefined);
      const before = await sluice.steps(id);
      leader.kill("SIGCONT");
      assert.match(await leader.hear("run"), /^failed STORE_LOCKED$/);
      assert.deepEqual(await sluice.steps(id), before);
      assert.deepEqual(before.map(({ status }) => status), ["success", "success", "success"]);
      // It follows from now on, and what it is asked for is done here.
      leader.tell("run first");
      assert.match(await leader.hear("run"), / success$/);
      assert.equal((await sluice.runs()).length, 2);
      await sluice.close();
      await leader.finish();
    }));
});
