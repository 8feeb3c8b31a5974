/** Dagster's webserver, and how to see whether it is there. */
import type { TargetSpec } from "../../parts/export_plugin.ts";

/** Where it is, and how it is looked at: the one request that every version answers. */
export const dagsterService: Pick<TargetSpec, "address" | "probe"> = {
  address: { variable: "DAGSTER_URL", local: "http://localhost:3000" },
  probe: {
    service: "Dagster",
    path: "/graphql",
    request: {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ __typename version }" }),
    },
    startHint: "Start it with `dagster-webserver` or `dg dev`.",
    judge: (body) => {
      const { data } = (body ?? {}) as {
        readonly data?: { readonly __typename?: string; readonly version?: string };
      };
      if (data?.__typename === undefined) {
        return {
          errors: ["What answers is not Dagster's GraphQL: is this its address, with its path prefix?"],
          warnings: [],
        };
      }
      return {
        errors: [],
        warnings: isOld(data.version) ? [`It is Dagster ${data.version}; exports need 1.11 or later.`] : [],
      };
    },
  },
};

function isOld(version: string | undefined): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version ?? "");
  return match !== null && (Number(match[1]) < 1 || (match[1] === "1" && Number(match[2]) < 11));
}
