import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { asSecret, secret } from "../../../src/model/assets/secret.ts";
import { definitions } from "../../../src/model/definitions.ts";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import { defineJob } from "../../../src/model/job.ts";

describe("secret", () => {
  test("is a frozen name, and a placeholder in JSON", () => {
    const token = secret("API_TOKEN");
    assert.ok(Object.isFrozen(token));
    assert.equal(JSON.stringify([token]), '[{"$secret":"API_TOKEN"}]');
  });

  test("is named like a variable", () => {
    for (const name of ["", "1A", "A-B", "A B", "\u00c4"]) {
      assert.throws(() => secret(name), { code: "DEFINITION_INVALID" });
    }
    assert.throws(() => secret(undefined as never), { code: "DEFINITION_INVALID" });
  });

  test("is known as itself and by its placeholder, and nothing else is one", () => {
    const token = secret("A");
    assert.equal(asSecret(token), token);
    assert.equal(asSecret({ $secret: "B" })?.name, "B");
    for (
      const other of [null, "A", {}, { $secret: "B", more: 1 }, { $secret: 1 }, { kind: "secret", name: "A" }]
    ) {
      assert.equal(asSecret(other), undefined);
    }
  });

  test("may stand in the config of a job, which says its name and no more", () => {
    const load = defineAsset({
      key: "load",
      config: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } },
      run: () => 1,
    });
    const job = defineJob({ name: "j", selection: "load", config: { load: { token: secret("A") } } });
    const all = definitions({ assets: [load], jobs: [job] });
    assert.equal(JSON.stringify(all.jobs.get("j")?.config), '{"load":{"token":{"$secret":"A"}}}');
  });
});
