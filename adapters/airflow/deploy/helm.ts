/** Values for Airflow's Helm chart. */
import type { JsonRecord } from "../../../src/model/snapshot/snapshot.ts";
import { kubernetesResources } from "../../parts/sizes.ts";
import type { HelmOptions } from "../../plugin.ts";

/** The version that exports are tested with. */
const VERSION = "3.3.2";

/** Every part of Airflow, from one image that holds the exported project, in the Dags folder, and the step's executable. */
export function airflowHelmValues({ size = "small", image }: HelmOptions): JsonRecord {
  const resources = kubernetesResources(size);
  const { repository = "sluice/airflow-project", tag = "latest" } = image ?? {};
  return {
    airflowVersion: VERSION,
    executor: "LocalExecutor",
    images: { airflow: { repository, tag, pullPolicy: "IfNotPresent" } },
    apiServer: { replicas: 1, resources },
    scheduler: { replicas: 1, resources: kubernetesResources(size === "small" ? "medium" : "large") },
    dagProcessor: { enabled: true, replicas: 1, resources },
    triggerer: { enabled: true, replicas: 1, resources },
    postgresql: { enabled: true },
  };
}
