/** T59: streams of events over a real socket. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { defineAsset, definitions, type SluiceEvent } from "sluice";
import { inFolder } from "../../support/folder.ts";
import { KNOWN, serve, type Served, TOKEN } from "../support.ts";

const report = defineAsset({ key: "report", run: () => 1 });
const all = definitions({ assets: [report] });

interface Message {
  readonly id: number | undefined;
  readonly type: string;
  readonly data: SluiceEvent & { readonly severity: string };
}

/** Reads a stream piece by piece, as text, until it is told that this is enough. */
async function read(
  served: Served,
  path: string,
  headers: Record<string, string>,
  take: (text: string) => boolean,
) {
  const controller = new AbortController();
  const answer = await served.ask(path, { headers: { ...KNOWN, ...headers }, signal: controller.signal });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  for (let isEnough = false; !isEnough;) {
    const { done, value } = await reader.read();
    isEnough = done || take(decoder.decode(value, { stream: true }));
  }
  controller.abort();
}

/** Messages of a stream, at least `count`; comments are left out. */
async function listen(
  served: Served,
  count: number,
  path: string = "/events",
  headers: Record<string, string> = {},
) {
  const messages: Message[] = [];
  let text = "";
  await read(served, path, headers, (piece) => {
    text += piece;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (!block.startsWith(":")) messages.push(parse(block));
    }
    return messages.length >= count;
  });
  return messages;
}

function parse(block: string): Message {
  const fields = Object.fromEntries(
    block.split("\n").map((line) => /^(\w+): (.*)$/.exec(line)?.slice(1) as [string, string]),
  );
  return {
    id: fields.id === undefined ? undefined : Number(fields.id),
    type: fields.event,
    data: JSON.parse(fields.data),
  };
}

describe("T59 a stream of events", () => {
  test("gives every event once, also to one that comes back", async () => {
    await using served = await serve(all);
    const running = listen(served, 10, "/events?after=0");
    for (let run = 0; run < 4; run++) await served.sluice.materialize("*");
    const recorded = await served.sluice.events();
    assert.ok(recorded.length >= 20);
    const first = await listen(served, 7, "/events?after=0");
    assert.deepEqual(first.map(({ id }) => id), recorded.slice(0, first.length).map(({ seq }) => seq));
    const rest = recorded.length - first.length;
    const last = await listen(served, rest, "/events", { "last-event-id": String(first.at(-1)?.id) });
    assert.deepEqual([...first, ...last].map(({ id }) => id), recorded.map(({ seq }) => seq));
    assert.deepEqual([...first, ...last].map(({ data }) => data.type), recorded.map(({ type }) => type));
    assert.ok((await running).length >= 10);
  });

  test("gives what is asked for", async () => {
    await using served = await serve(all);
    const { id } = await served.sluice.materialize("*");
    await served.sluice.materialize("*");
    const [one] = await listen(served, 1, `/events?after=0&types=run_finished&run=${id}`);
    assert.deepEqual([one.type, one.data.runId, one.data.severity], ["run_finished", id, "info"]);
    for (const query of ["after=x", "atLeast=loud", "types=none"]) {
      const answer = await served.ask(`/events?${query}`, { headers: KNOWN });
      assert.equal(answer.status, 400, query);
      await answer.body?.cancel();
    }
  });

  test("goes on after a restart of the server without a gap", async () => {
    await inFolder(async (folder) => {
      const kept = { store: { path: join(folder, "history.sqlite") }, defaultIO: "memory" } as const;
      const ids: (number | undefined)[] = [];
      for (let start = 0; start < 2; start++) {
        await using served = await serve(all, {}, kept);
        await served.sluice.materialize("*");
        const headers: Record<string, string> = ids.length > 0 ? { "last-event-id": String(ids.at(-1)) } : {};
        const recorded = (await served.sluice.events({ after: ids.at(-1) ?? 0 })).length;
        ids.push(...(await listen(served, recorded, "/events?after=0", headers)).map(({ id }) => id));
        if (start === 1) assert.deepEqual(ids, (await served.sluice.events()).map(({ seq }) => seq));
      }
    });
  });

  test("says that it is there while nothing happens", async () => {
    await using served = await serve(all, { heartbeatMs: 20 });
    let text = "";
    await read(served, "/events", {}, (piece) => {
      text += piece;
      return text.split("still here").length > 3;
    });
    assert.match(text, /^: listening\n\n(: still here\n\n)+/);
  });

  test("that nobody reads costs what its buffer costs, and holds nobody up", async () => {
    await using served = await serve(all);
    const deaf = Array.from({ length: 20 }, () => {
      const socket = connect(served.server.port, "127.0.0.1");
      socket.pause();
      socket.on("error", () => {});
      socket.write(`GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
      return socket;
    });
    for (let run = 0; run < 50; run++) await served.sluice.materialize("*");
    const before = process.memoryUsage.rss();
    for (let run = 0; run < 1_000; run++) await served.sluice.materialize("*");
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 200e6, `${Math.round(grown / 1e6)} MB`);
    for (const socket of deaf) socket.destroy();
  });

  test("is given to five hundred at once", async () => {
    await using served = await serve(all);
    const listening = Array.from({ length: 500 }, () => listen(served, 5, "/events?after=0"));
    await served.sluice.materialize("*");
    const heard = await Promise.all(listening);
    const recorded = (await served.sluice.events()).map(({ seq }) => seq);
    for (const messages of heard) {
      assert.deepEqual(messages.map(({ id }) => id), recorded.slice(0, messages.length));
    }
  });
});
