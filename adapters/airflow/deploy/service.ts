/** Airflow's API server, and how to see whether it is there. */
import type { TargetSpec } from "../../parts/export_plugin.ts";

/** The parts of an Airflow that report on themselves. */
type Health = { readonly [part: string]: { readonly status?: string | null } | undefined };

/** Where it is, and how it is looked at. The answer is 200 whatever its parts are like, so these are read. */
export const airflowService: Pick<TargetSpec, "address" | "probe"> = {
  address: { variable: "AIRFLOW_URL", local: "http://localhost:8080" },
  probe: {
    service: "Airflow",
    path: "/api/v2/monitor/health",
    guardedPath: "/api/v2/dags?limit=1",
    startHint: "Start it with `airflow api-server` or `airflow standalone`.",
    judge: (body) => {
      const health = (body ?? {}) as Health;
      if (health.metadatabase === undefined) {
        return {
          errors: ["What answers is not the API of Airflow 3: is this its address, and is it 3.1 or later?"],
          warnings: [],
        };
      }
      return {
        errors: isWell(health, "metadatabase")
          ? []
          : ["Its database does not answer: look into the log of the API server."],
        warnings: Object.entries(ABSENT).filter(([part]) => !isWell(health, part)).map(([, text]) => text),
      };
    },
  },
};

const ABSENT: { readonly [part: string]: string } = {
  scheduler: "No scheduler is alive: nothing starts by itself.",
  dag_processor: "No Dag processor is alive: new exports are not seen.",
};

function isWell(health: Health, part: string): boolean {
  return health[part]?.status === "healthy";
}
