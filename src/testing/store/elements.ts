/** What a store must tell of the elements of steps. */
import assert from "node:assert/strict";
import { type Entry, tableOf } from "./scribe.ts";
import type { StoreCheck } from "./world.ts";

const TABLE = tableOf([{ step: "a" }, { step: "b" }]);

function started(step: number, element: string): Entry {
  return ["element_started", step, { element }];
}

function made(step: number, element: string, value?: unknown): Entry {
  return ["element_succeeded", step, {
    element,
    item: `of ${element}`,
    ...(value !== undefined && { value }),
  }];
}

/** Checks of {@linkcode checkStore}, by what they hold a store to. */
export const ELEMENT_CHECKS: { readonly [title: string]: StoreCheck } = {
  "tells what became of elements, over attempts and batches": async (world) => {
    const { scribe } = world;
    const error = { name: "Error", message: "no" };
    await world.append(
      scribe.create("r", TABLE),
      scribe.write(
        "r",
        ["step_started", 0],
        started(0, "x"),
        started(0, "y"),
        made(0, "x", { rows: [1, null, "\ud800"] }),
        ["element_retrying", 0, { element: "y", error, delayMs: 5 }],
        started(0, "y"),
        started(0, "y/~1"),
        ["element_canceled", 0, { element: "y/~1", reason: "over" }],
        ["element_failed", 0, { element: "y", error }],
        ["step_retrying", 0, { error, delayMs: 0 }],
      ),
      scribe.write(
        "r",
        ["step_started", 1],
        ["element_skipped", 1, { element: "x", reason: "none", item: "i", from: "earlier" }],
        ["step_started", 0, undefined, 2],
        started(0, "y"),
        made(0, "y"),
      ),
    );
    await world.holds(async (store) => {
      const records = await store.elements("r");
      assert.deepEqual(
        records.map(({ step, path, status, attempts, reason, from }) => [
          step,
          path,
          status,
          attempts,
          reason,
          from,
        ]),
        [
          [0, "x", "success", 1, undefined, undefined],
          [0, "y", "success", 3, undefined, undefined],
          [0, "y/~1", "canceled", 1, "over", undefined],
          [1, "x", "skipped", 0, "none", "earlier"],
        ],
      );
      const [x, y] = records;
      assert.deepEqual([x.value, x.item, x.error], [{ rows: [1, null, "\ud800"] }, "of x", undefined]);
      assert.deepEqual([y.value, y.error], [undefined, undefined]);
      assert.ok((y.finishedMs ?? 0) > (y.startedMs ?? Infinity));
      assert.equal((await store.elements("r", { step: 1 })).length, 1);
      assert.equal((await store.elements("r", { status: ["success"], limit: 1 }))[0].path, "x");
      assert.deepEqual(await store.elements("nobody"), []);
    });
  },

  "keeps the elements of many steps apart from all else": async (world) => {
    const { scribe } = world;
    const steps = Array.from({ length: 2_000 }, (_, step) => ({ step: `s${step}` }));
    const plain = steps.flatMap((_, step): Entry[] => [["step_started", step], ["step_succeeded", step]]);
    const elements = Array.from(
      { length: 3_000 },
      (_, n): Entry[] => [started(7, `e${n}`), made(7, `e${n}`, n)],
    );
    await world.append(scribe.create("r", tableOf([...steps, { step: "last" }])));
    await world.append(scribe.write("r", ...plain.slice(0, 15)), scribe.write("r", ...elements.flat()));
    await world.append(scribe.write("r", ...plain.slice(15)));
    await world.holds(async (store) => {
      const records = await store.elements("r", { step: 7 });
      assert.deepEqual(records.map(({ value }) => value), elements.map((_, n) => n));
      assert.equal((await store.run("r"))?.steps.success, 2_000);
    });
  },

  "refuses elements outside of runs": async (world) => {
    const { store, scribe } = world;
    await assert.rejects(store.append([scribe.write("", started(0, "x"))]), { code: "EVENT_REFUSED" });
  },
};
