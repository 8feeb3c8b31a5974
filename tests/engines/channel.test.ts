import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Channel } from "../../src/engines/channel.ts";

describe("Channel", () => {
  test("holds no more than it may, and hands over in order", async () => {
    const channel = new Channel<number>(2);
    assert.deepEqual([channel.offer(1), channel.offer(2), channel.offer(3)], [true, true, false]);
    assert.equal(channel.waiting, 2);
    assert.deepEqual([await channel.take(), await channel.take()], [1, 2]);
    const later = channel.take();
    assert.equal(channel.offer(4), true);
    assert.equal(await later, 4);
  });

  test("hears what is urgent first, in the order in which it came", async () => {
    const channel = new Channel<string>(1);
    channel.offer("a");
    channel.urge("pause");
    channel.urge("resume");
    assert.deepEqual([await channel.take(), await channel.take(), await channel.take()], [
      "pause",
      "resume",
      "a",
    ]);
  });

  test("lets those wait who have no room, and turns them away when it closes", async () => {
    const channel = new Channel<string>(1);
    channel.offer("a");
    const [second, third] = [channel.put("b"), channel.put("c")];
    assert.equal(await channel.take(), "a");
    assert.equal(await second, true);
    channel.close();
    assert.equal(await third, false);
    assert.deepEqual([await channel.take(), await channel.take()], ["b", undefined]);
    assert.deepEqual([channel.offer("d"), channel.hasRoom], [false, false]);
  });

  test("takes back what was not heard", async () => {
    const channel = new Channel<string>(2);
    channel.offer("a");
    channel.offer("b");
    assert.deepEqual([channel.withdraw((item) => item === "a"), channel.withdraw((item) => item === "a")], [
      true,
      false,
    ]);
    assert.equal(await channel.take(), "b");
  });

  test("loses nothing and doubles nothing, whoever is quick", async () => {
    const turns = fc.array(fc.constantFrom("put", "take"), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 4 }), async (order, size) => {
        const channel = new Channel<number>(size);
        const puts: Promise<boolean>[] = [];
        const heard: number[] = [];
        let taking: Promise<void> = Promise.resolve();
        for (const turn of order) {
          if (turn === "put") puts.push(channel.put(puts.length));
          else {
            taking = taking.then(async () => {
              const item = await channel.take();
              if (item !== undefined) heard.push(item);
            });
          }
          assert.ok(channel.waiting <= size);
          await null;
        }
        const drained = taking.then(async () => {
          for (let left = puts.length - heard.length; left > 0; left--) {
            heard.push(await channel.take() as number);
          }
        });
        while (heard.length < puts.length) await new Promise((resolve) => setTimeout(resolve, 0));
        channel.close();
        await drained;
        assert.deepEqual(heard, puts.map((_, place) => place));
        assert.deepEqual(await Promise.all(puts), puts.map(() => true));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
