/** A resource that needs a secret of the environment. */
import { createHash } from "node:crypto";
import { defineAsset, defineResource, definitions, secret } from "sluice";

const token = secret("SLUICE_TEST_TOKEN");

const api = defineResource({
  name: "api",
  setup: ({ reveal }) => ({
    sign: (text: string) => createHash("sha256").update(`${reveal(token)}:${text}`).digest("hex"),
  }),
});

export const signed = defineAsset({
  key: "signed",
  resources: { api },
  run: ({ resources }) => ({ signature: resources.api.sign("orders") }),
});

export default definitions({ assets: [signed], module: import.meta.url });
