import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { answersTo, hostName } from "../../../src/server/door/hosts.ts";

const NONE: ReadonlySet<string> = new Set();

describe("hostName", () => {
  test("gives one form for every way to write a name", () => {
    const same: readonly (readonly [string, string])[] = [
      ["localhost", "localhost"],
      ["LOCALHOST:3000", "localhost"],
      ["localhost.", "localhost"],
      ["127.0.0.1:8080", "127.0.0.1"],
      ["127.1", "127.0.0.1"],
      ["0x7f.0.0.1", "127.0.0.1"],
      ["[::1]:8080", "[::1]"],
      ["[0:0:0:0:0:0:0:1]", "[::1]"],
      ["App.Example:443", "app.example"],
    ];
    for (const [header, name] of same) assert.equal(hostName(header), name, header);
  });

  test("knows what is none", () => {
    const none = [
      "",
      "a b",
      "user@localhost",
      "localhost/x",
      "localhost:99999",
      "[::1",
      "a..",
      "..",
      "lo\u{441}al",
      "a\\b",
      "x".repeat(300),
    ];
    for (const header of none) assert.equal(hostName(header), undefined, header);
  });
});

describe("answersTo", () => {
  test("answers to the names of the machine, and to those it was given", () => {
    const names = new Set(["app.example"]);
    for (
      const host of ["localhost", "a.localhost:80", "127.0.0.1", "[::1]", "app.example:8443", "APP.example."]
    ) {
      assert.ok(answersTo(host, names), host);
    }
  });

  test("answers to no other", () => {
    const others = [
      "evil.example",
      "evil.example.",
      "EVIL.EXAMPLE:3000",
      "localhost.evil.example",
      "evillocalhost",
      "127.0.0.1.evil.example",
      "127.0.0.2",
      "[::2]",
      "[::ffff:10.0.0.1]",
      "0.0.0.0",
      "192.168.0.1",
      "app.example.evil.example",
    ];
    for (const host of others) assert.ok(!answersTo(host, new Set(["app.example"])), host);
    assert.ok(!answersTo(undefined, NONE) && !answersTo(null, NONE) && !answersTo("", NONE));
  });
});
