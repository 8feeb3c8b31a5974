import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createChunkChannel } from "../../../src/pipes/channels/chunks.ts";

describe("createChunkChannel", () => {
  test("numbers its chunks from 1, one after the other, and sends no empty one", async () => {
    const sent: (readonly [number, string])[] = [];
    const channel = createChunkChannel(async (index, text) => void sent.push([index, text]), {
      intervalMs: 5,
    });
    await channel.flush?.();
    channel.write("a");
    channel.write("b");
    await channel.flush?.();
    channel.write("c");
    while (sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    await channel.close();
    assert.deepEqual(sent, [[1, "a\nb"], [2, "c"]]);
  });

  test("tries a chunk again under its number and unchanged, since it may have arrived", async () => {
    const tried: (readonly [number, string])[] = [];
    const channel = createChunkChannel(async (index, text) => {
      tried.push([index, text]);
      if (tried.length < 3) throw new Error("down");
    });
    channel.write("a");
    const closing = channel.flush?.();
    channel.write("b");
    await closing;
    await channel.close();
    assert.deepEqual(tried.map(([index]) => index), [1, 1, 1, ...(tried.length === 4 ? [2] : [])]);
    assert.equal(new Set(tried.slice(0, 3).map(([, text]) => text)).size, 1);
    assert.deepEqual([...new Map(tried).values()].join("\n"), "a\nb");
  });

  test("gives up with the reason", async () => {
    const cause = new Error("no such bucket");
    const channel = createChunkChannel(() => Promise.reject(cause), { retries: 1 });
    channel.write("a");
    await assert.rejects(channel.close(), { code: "CHANNEL_FAILED", cause });
  });
});
