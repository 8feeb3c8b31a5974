import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  type AuditEntry,
  createOrchestrator,
  defineAsset,
  definitions,
  dynamicPartitions,
  openMask,
  type OrchestratorOptions,
} from "sluice";
import { inFolder } from "../support/folder.ts";

const ada = { actor: "ada", via: "http" } as const;
const bob = { actor: "bob", via: "cli" } as const;
let isUp = true;
const orders = defineAsset({
  key: "orders",
  run: () => {
    if (!isUp) throw new Error("closed");
    return 1;
  },
  undo: () => {},
});
const after = defineAsset({
  key: "after",
  deps: { orders },
  run: () => {
    if (!isUp) throw new Error("closed");
    return 2;
  },
});
const customers = dynamicPartitions("customers");
const perCustomer = defineAsset({ key: "per_customer", partitions: customers, run: () => 3 });
const all = definitions({ assets: [orders, after, perCustomer] });

const lines = (entries: readonly AuditEntry[]) =>
  entries.map(({ verb, subject, by: { actor, via } }) => `${actor ?? "-"} ${via} ${verb} ${subject}`.trim());

describe("audit", () => {
  test("says who has asked for what, newest first, by pages and by filters", async () => {
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    isUp = true;
    const first = await sluice.materialize("orders", { by: ada });
    const second = await sluice.materialize("orders");
    await sluice.addPartitions("customers", ["x", "y"], { by: bob });
    await sluice.report("per_customer", { partition: "x" }, { by: { via: "sensor:files" } });
    await sluice.removePartitions("customers", ["y"], { by: bob });
    await sluice.wipe("orders", "all", { by: ada });
    await sluice.pause({ by: ada });
    await sluice.resume({ by: ada });
    const backfill = await sluice.backfill({ select: "orders", scope: "missing" }, { by: bob });
    isUp = false;
    const failed = await sluice.materialize("after", { by: ada, tags: { team: "data" } });
    isUp = true;
    const again = await sluice.rerun(failed.id, { by: bob });
    const anon = await sluice.rerun(failed.id, { from: "start" });
    await sluice.cancel(failed.id, "too late", { by: ada });
    await sluice.recover({ by: bob });
    await sluice.prune({ runsBeforeMs: 0 }, { by: bob });
    const entries = await sluice.audit();
    assert.deepEqual(lines(entries).reverse(), [
      `ada http run ${first.id}`,
      `- api run ${second.id}`,
      "bob cli addPartitions customers",
      "- sensor:files report per_customer",
      "bob cli removePartitions customers",
      "ada http wipe orders",
      "ada http pause",
      "ada http resume",
      `bob cli backfill ${backfill.id}`,
      `ada http run ${failed.id}`,
      `bob cli rerun ${again.id}`,
      `- api rerun ${anon.id}`,
      `ada http cancel ${failed.id}`,
      "bob cli recover",
      "bob cli prune",
    ]);
    assert.equal(again.record.tags.team, "data", "the tags of the user's stay");
    const pages: AuditEntry[] = [];
    for (;;) {
      const before = pages.at(-1)?.seq;
      const page = await sluice.audit({ limit: 4, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      pages.push(...page);
    }
    assert.deepEqual(pages, entries);
    assert.equal((await sluice.audit({ actor: "ada" })).length, 6);
    assert.deepEqual(lines(await sluice.audit({ via: "sensor" })), ["- sensor:files report per_customer"]);
    assert.deepEqual(lines(await sluice.audit({ verb: "prune" })), ["bob cli prune"]);
  });

  test("takes who acts from the orchestrator, also of undoing and of triggers, and keeps it in a file", async () => {
    await inFolder(async (folder) => {
      const options: OrchestratorOptions = { folder, by: { actor: "carl", via: "worker" } };
      isUp = true;
      let id = "";
      {
        await using sluice = createOrchestrator(all, options);
        id = (await sluice.materialize("orders", { by: ada })).id;
        await sluice.wipe("orders");
      }
      await using later = createOrchestrator(all, {
        folder,
        store: { readonly: true, path: `${folder}/history.sqlite` },
      });
      assert.deepEqual(lines(await later.audit()), ["carl worker wipe orders", `ada http run ${id}`]);
    });
  });

  test("crosses to the process that leads", async () => {
    await inFolder(async (folder) => {
      const options: OrchestratorOptions = { folder, store: { shared: true } };
      await using leader = createOrchestrator(all, options);
      await leader.runs();
      await using follower = createOrchestrator(all, { ...options, by: bob });
      isUp = true;
      const { id } = await follower.materialize("orders", { by: ada });
      await follower.wipe("orders");
      await follower.pause();
      await follower.resume();
      assert.deepEqual(lines(await leader.audit()), [
        "bob cli resume",
        "bob cli pause",
        "bob cli wipe orders",
        `ada http run ${id}`,
      ]);
    });
  });

  test("hides secrets, and refuses what says nobody", async () => {
    const mask = openMask();
    mask.conceal("hunter2-hunter2");
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", mask });
    await sluice.pause({ by: { actor: "hunter2-hunter2", via: "hunter2-hunter2" } });
    await sluice.resume();
    isUp = true;
    await sluice.materialize("orders", { by: { actor: "hunter2-hunter2", via: "cli" } });
    assert.equal(JSON.stringify(await sluice.audit()).includes("hunter2"), false);
    for (const by of ["ada", {}, { via: "" }, { via: 1 }, { actor: 1, via: "x" }, { via: "x", more: 1 }]) {
      await assert.rejects(sluice.pause({ by: by as never }), { code: "USAGE" });
      await assert.rejects(sluice.materialize("orders", { by: by as never }), { code: "DEFINITION_INVALID" });
    }
    assert.throws(() => createOrchestrator(all, { by: {} as never }), { code: "DEFINITION_INVALID" });
    await assert.rejects(sluice.audit({ actr: "ada" } as never), { code: "USAGE" });
  });

  test("looks back over more than it reads at once", async () => {
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    isUp = true;
    await sluice.wipe("orders", "all", { by: ada });
    for (let time = 0; time < 900; time++) await sluice.materialize("orders");
    const found = await sluice.audit({ actor: "ada" });
    assert.deepEqual(lines(found), ["ada http wipe orders"]);
  });
});
