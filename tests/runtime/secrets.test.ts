import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineResource } from "../../src/model/assets/resource.ts";
import { secret } from "../../src/model/assets/secret.ts";
import { openSecrets, revealAll, type Variables } from "../../src/runtime/secrets.ts";
import { inFolder } from "../support/folder.ts";
import { World } from "./support.ts";

const from = (record: { readonly [name: string]: string }): Variables => (name) => record[name];

describe("the value of a secret", () => {
  test("is that of its variable, which comes before a file", () => {
    assert.equal(openSecrets(from({ A: "own", A_FILE: "nowhere" }))(secret("A")), "own");
    assert.equal(openSecrets(from({ A: "" }))(secret("A")), "");
  });

  test("is the content of its file, less one line end", async () => {
    await inFolder((folder) => {
      const path = join(folder, "a");
      const reveal = openSecrets(from({ A_FILE: path }));
      for (
        const [content, value] of [["v", "v"], ["v\n", "v"], ["v\r\n", "v"], ["v\n\n", "v\n"], ["\n", ""]]
      ) {
        writeFileSync(path, content);
        assert.equal(reveal(secret("A")), value);
      }
      return Promise.resolve();
    });
  });

  test("is missing loudly", () => {
    assert.throws(() => openSecrets(from({}))(secret("A")), {
      code: "SECRET_MISSING",
      message: /A nor A_FILE/,
    });
    const gone = openSecrets(from({ A_FILE: "no/such/file" }));
    assert.throws(() => gone(secret("A")), { code: "SECRET_MISSING", message: /cannot be read/ });
  });

  test("takes the place of secrets at any depth, and leaves all else the same object", () => {
    const reveal = openSecrets(from({ A: "a", B: "b" }));
    const value = { list: [1, { deep: secret("A") }], placeholder: { $secret: "B" }, date: new Date(0) };
    assert.deepEqual(revealAll(value, reveal), {
      list: [1, { deep: "a" }],
      placeholder: "b",
      date: new Date(0),
    });
    const plain = { list: [1, { deep: "x" }], map: new Map([["a", secret("A")]]) };
    assert.equal(revealAll(plain, reveal), plain);
  });
});

describe("a run", () => {
  test("reveals secrets to setups and in config, and records their names", async () => {
    const vault = defineResource({ name: "vault", setup: ({ reveal }) => reveal(secret("A")) });
    const seen: unknown[] = [];
    const asset = defineAsset({
      key: "a",
      resources: { vault },
      config: {
        "~standard": {
          version: 1,
          vendor: "test",
          // What a schema does that has a default.
          validate: (value: unknown) => ({ value: { ...value as object, also: secret("B") } }),
        },
      },
      run: ({ resources, config }) => seen.push(resources.vault, config),
    });
    const world = new World([asset], { reveal: openSecrets(from({ A: "a-value", B: "b-value" })) });
    const ran = await world.run({ config: { a: { token: secret("B") } } });
    assert.deepEqual(seen, ["a-value", { token: "b-value", also: "b-value" }]);
    const [created] = ran.events.filter(({ type }) => type === "run_created");
    const { config } = created.payload as { readonly config: unknown };
    assert.deepEqual(config, { a: { token: { $secret: "B" } } });
  });

  test("does not begin without the secrets of its config", async () => {
    const asset = defineAsset({
      key: "a",
      config: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } },
      run: () => 1,
    });
    const world = new World([asset], { reveal: openSecrets(from({})) });
    await assert.rejects(world.run({ config: { a: secret("C") } }), { code: "SECRET_MISSING" });
    assert.equal(world.sink.events.length, 0);
  });
});
