/** Prefect's server, and how to see whether it is there. */
import type { TargetSpec } from "../../parts/export_plugin.ts";

/** Where it is, without the `/api` that its own variable carries, and how it is looked at. */
export const prefectService: Pick<TargetSpec, "address" | "probe"> = {
  address: { variable: "PREFECT_SERVER_URL", local: "http://localhost:4200" },
  probe: {
    service: "Prefect",
    path: "/api/health",
    guardedPath: "/api/version",
    startHint: "Start it with `prefect server start`.",
    judge: (body) => ({
      errors: body === true ? [] : ["What answers is not Prefect's API: is this its address, without /api?"],
      warnings: [],
    }),
  },
};
