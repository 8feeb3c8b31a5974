/** A resource that needs a secret of the environment. */
import { createHash } from "node:crypto";
import process from "node:process";
import { defineAsset, defineResource, definitions } from "sluice";

const api = defineResource({
  name: "api",
  setup: () => {
    const token = process.env.SLUICE_TEST_TOKEN;
    if (!token) throw new Error("SLUICE_TEST_TOKEN is not set");
    return { sign: (text: string) => createHash("sha256").update(`${token}:${text}`).digest("hex") };
  },
});

export const signed = defineAsset({
  key: "signed",
  resources: { api },
  run: ({ resources }) => ({ signature: resources.api.sign("orders") }),
});

export default definitions({ assets: [signed], module: import.meta.url });
