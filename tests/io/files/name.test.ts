import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { fileName, folderName } from "../../../src/io/files/name.ts";

/** Reads a name back, by the rule as it is documented; undefined for a name that was shortened. */
function readName(name: string): string | undefined {
  if (name === "%") return "";
  if (name.includes("++")) return undefined;
  const [body, mask = ""] = name.toLowerCase().split("+");
  const capitals = [...mask].flatMap((digit) =>
    [0, 1, 2, 3].map((bit) => (parseInt(digit, 16) >> bit & 1) === 1)
  );
  const bytes: number[] = [];
  let letter = 0;
  for (let index = 0; index < body.length; index++) {
    if (body[index] === "%") {
      bytes.push(parseInt(body.slice(index + 1, index + 3), 16));
      index += 2;
      continue;
    }
    const isCapital = /[a-z]/.test(body[index]) && capitals[letter++];
    bytes.push((isCapital ? body[index].toUpperCase() : body[index]).charCodeAt(0));
  }
  return readUtf8(bytes);
}

/** UTF-8, also of halves of surrogate pairs. */
function readUtf8(bytes: number[]): string {
  let text = "";
  for (let index = 0; index < bytes.length;) {
    const lead = bytes[index++];
    const more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let point = more === 0 ? lead : lead & (0x3f >> more);
    for (let count = 0; count < more; count++) point = point << 6 | bytes[index++] & 0x3f;
    text += String.fromCodePoint(point);
  }
  return text;
}

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(..."aAbB.+%-_=,@ |:/\\0"), maxLength: 16 }),
  fc.string({ unit: fc.constantFrom("a", "A", "\ud800", "\udc00", "\u00e9", "e\u0301"), maxLength: 8 }),
  fc.constantFrom("con", "CON", "Con.x", "conx", "com1", "lpt9.tar.gz", "nul.", ".", "..", "__proto__"),
);

const parameters = { seed: 20260101, numRuns: 3_000 };

describe("fileName", () => {
  test("leaves ordinary keys readable", () => {
    const names: Record<string, string> = {
      "2026-01-01": "2026-01-01",
      "2026-01-01-05:00": "2026-01-01-05%3a00",
      "2012|rain": "2012%7crain",
      "v1.2": "v1.2",
      "a=b,c@d_e": "a=b,c@d_e",
      US: "US+3",
      Us: "Us+1",
      uS: "uS+2",
      "New York": "New%20York+9",
      "Z\u00fcrich": "Z%c3%bcrich+1",
      con: "%63on",
      CON: "%43ON+3",
      "com1.txt": "%63om1.txt",
      console: "console",
      ".hidden": "%2ehidden",
      "..": "%2e%2e",
      "../x": "%2e.%2fx",
      "end.": "end%2e",
      "-rf": "%2drf",
      "": "%",
      "%": "%25",
      "us+3": "us%2b3",
    };
    for (const [text, name] of Object.entries(names)) assert.equal(fileName(text), name);
  });

  test("can be read back, whatever becomes of its case", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const read = readName(fileName(text));
        if (read !== undefined) assert.equal(read, text);
        else assert.ok(new TextEncoder().encode(text).length >= 38);
      }),
      parameters,
    );
  });

  test("gives different texts different names, also where case does not count", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(texts, (text) => {
        const name = fileName(text).toLowerCase();
        assert.equal(seen.get(name) ?? text, text);
        seen.set(name, text);
      }),
      parameters,
    );
  });

  test("is a name that every file system takes", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const name = fileName(text);
        assert.match(name, /^[A-Za-z0-9_%][A-Za-z0-9_%=,@.+-]*$/);
        assert.doesNotMatch(name, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        assert.doesNotMatch(name, /\.$/);
        assert.ok(name.length <= 120);
      }),
      parameters,
    );
  });

  test("is shortened where it is long, and still tells long texts apart", () => {
    const long = (tail: string) => fileName("x".repeat(200) + tail);
    const names = [
      long(""),
      long("a"),
      long("A"),
      fileName("\u4e16".repeat(200)),
      fileName("X" + "x".repeat(199)),
    ];
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length);
    for (const name of names) assert.match(name, /^.{60,72}\+\+[0-9a-f]{40}$/);
    assert.equal(fileName("y".repeat(120)), "y".repeat(120));
    assert.match(fileName("y".repeat(121)), /^y{72}\+\+[0-9a-f]{40}$/);
    assert.doesNotMatch(fileName("\u4e16".repeat(200)), /%(\+|.\+)/);
  });
});

describe("folderName", () => {
  test("has no dots, so that it is never the name of a file or of the folder of an asset's partitions", () => {
    assert.equal(folderName("orders.json"), "orders%2ejson");
    assert.equal(folderName("orders"), "orders");
    fc.assert(fc.property(texts, (text) => assert.ok(!folderName(text).includes("."))), parameters);
  });

  test("gives different texts different names", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(texts, (text) => {
        const name = folderName(text).toLowerCase();
        assert.equal(seen.get(name) ?? text, text);
        seen.set(name, text);
      }),
      parameters,
    );
  });
});
