import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { openInput } from "../../../src/cli/host/input.ts";

describe("input", () => {
  test("is not touched before it is read", async () => {
    let isOpen = false;
    const stream = new PassThrough();
    const input = openInput(() => {
      isOpen = true;
      return stream;
    });
    assert.equal(isOpen, false);
    stream.end("all of\nit");
    assert.equal(await input.all(), "all of\nit");
    await input.ended();
  });

  test("gives its first line while it is held open, however it comes", async () => {
    const stream = new PassThrough();
    const input = openInput(() => stream);
    const line = input.line();
    stream.write("in two ");
    stream.write("pieces\nand more");
    assert.equal(await line, "in two pieces");
    assert.equal(await input.line(), "in two pieces");
    stream.end();
    await input.ended();
    assert.equal(await input.all(), "in two pieces\nand more");
  });

  test("gives what there is when it ends before its first line does", async () => {
    const stream = new PassThrough();
    const input = openInput(() => stream);
    const line = input.line();
    stream.end("no line end");
    assert.equal(await line, "no line end");
  });

  test("has ended when it breaks", async () => {
    const stream = new PassThrough();
    const input = openInput(() => stream);
    const ended = input.ended();
    stream.destroy(new Error("gone"));
    await ended;
  });
});
